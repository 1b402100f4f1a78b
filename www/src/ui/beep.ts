const TONES = 3;

/** Three short tones. Browsers allow no sound before the user has done something on the page: then there is none. */
export function beep(): void {
  const audio = new AudioContext();
  const volume = audio.createGain();
  volume.gain.value = 0.2;
  volume.connect(audio.destination);
  for (let n = 0; n < TONES; n++) {
    const tone = audio.createOscillator();
    tone.frequency.value = 880;
    tone.connect(volume);
    tone.start(audio.currentTime + n * 0.3);
    tone.stop(audio.currentTime + n * 0.3 + 0.15);
  }
  setTimeout(() => void audio.close(), 1500);
}
