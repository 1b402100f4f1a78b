/** A zip with PEFT's two file names and no compression; the contents are placeholders. */
export function peftZip(name: string): Uint8Array {
  const text = new TextEncoder();
  const files: [string, Uint8Array][] = [
    ['adapter_config.json', text.encode(JSON.stringify({ peft_type: 'LORA', r: 8, lora_alpha: 16, name }))],
    ['adapter_model.safetensors', new Uint8Array(48_000)],
  ];
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, bytes] of files) {
    const file = text.encode(path);
    const shared = [[20, 2], [0, 2], [0, 2], [0, 4], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [file.length, 2], [0, 2]] as const;
    const local = concat([pack([[0x04034b50, 4], ...shared]), file, bytes]);
    directory.push(pack([[0x02014b50, 4], [20, 2], ...shared, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), file);
    parts.push(local);
    offset += local.length;
  }
  const central = concat(directory);
  const end = pack([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [central.length, 4], [offset, 4], [0, 2]]);
  return concat([...parts, central, end]);
}

function pack(fields: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  return Uint8Array.from(fields.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255)));
}

function concat(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}
