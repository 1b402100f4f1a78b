import { isRecord, Kept } from '../tools/kept';
import { need } from './dom';

/** How far the download of a file is, in bytes. */
export interface Progress {
  file: string;
  loaded: number;
  total: number;
}

/** The download that the user paused, also over a reload. */
const kept = new Kept<Progress | null>('paused-download', (stored) =>
  isRecord(stored) && typeof stored['file'] === 'string' && typeof stored['loaded'] === 'number' && typeof stored['total'] === 'number'
    ? { file: stored['file'], loaded: stored['loaded'], total: stored['total'] }
    : null);

interface Hooks {
  pause: (progress: Progress) => void;
  resume: () => void;
  cancel: () => void;
}

/** The buttons beside the progress of a download: pause or resume, and cancel. */
export class DownloadControls {
  readonly #actions = need('download-actions');
  readonly #toggle = need('download-pause');
  #progress: Progress | null = null;
  #isPaused = false;

  constructor(hooks: Hooks) {
    this.#toggle.addEventListener('click', () => {
      if (this.#isPaused) hooks.resume();
      else if (this.#progress) hooks.pause(this.#progress);
    });
    need('download-cancel').addEventListener('click', hooks.cancel);
  }

  get paused(): Progress | null {
    return kept.value;
  }

  /** It goes on. */
  show(progress: Progress): void {
    this.#progress = progress;
    this.#offer(true);
  }

  pause(progress: Progress): void {
    this.#progress = progress;
    this.#isPaused = true;
    this.#toggle.textContent = 'Resume';
    this.#keep(progress);
    this.#offer(true);
  }

  /** Nothing is paused any more. */
  forget(): void {
    this.#progress = null;
    this.#isPaused = false;
    this.#toggle.textContent = 'Pause';
    this.#keep(null);
    this.#offer(false);
  }

  /** Hides the buttons where no download goes on. */
  enter(isDownload: boolean): void {
    if (!isDownload) this.#offer(false);
  }

  #offer(isOffered: boolean): void {
    this.#actions.hidden = !isOffered;
  }

  #keep(progress: Progress | null): void {
    if (progress === null && kept.value === null) return;
    try {
      kept.value = progress;
    } catch {
      // The browser stores nothing: it holds until the page is closed.
    }
  }
}
