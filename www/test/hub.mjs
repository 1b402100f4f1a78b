// A server with the addresses and answers of a Hugging Face hub, for tests: a model with its hashes, and files in
// ranges.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const ID = 'test/seed';
export const WEIGHTS = 'model.safetensors';
export const SHARD = 'layers-a.safetensors';
const INDEX = 'model.safetensors.index.json';

const digest = (kind, ...parts) => parts.reduce((hash, part) => hash.update(part), createHash(kind)).digest('hex');
const TYPES = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };
const typeOf = (path) => TYPES[/\.\w+$/.exec(path)?.[0]] ?? 'application/octet-stream';

/**
 * Serves the model of `folder` as a hub, its files as a directory under /plain/, and `site` for pages of the same
 * origin. `files` is either `whole` or `shards`. `log` has what was asked for; `rule` bends the answers of the weights:
 * `{cut, stall, flip, whole, etag, status}`.
 */
export async function startHub(folder, site) {
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  // Another form of the same: an index, and shards with names of its own.
  const shards = new Map([...files, [INDEX, Buffer.from(JSON.stringify({ metadata: {}, weight_map: { 'model.norm.weight': SHARD } }))], [SHARD, files.get(WEIGHTS)]]);
  shards.delete(WEIGHTS);
  shards.set('consolidated.safetensors', Buffer.from('of another program'));
  const hub = { log: [], rule: () => ({}), sha256: digest('sha256', files.get(WEIGHTS)), size: files.get(WEIGHTS).length, files, whole: files, shards };
  const isLarge = (name) => name === WEIGHTS || name === SHARD || name.endsWith('.gguf');
  /** What lies in a folder itself. */
  const inFolder = (folder) => {
    const inside = [...hub.files].filter(([path]) => path.startsWith(folder));
    const [below, here] = [true, false].map((isBelow) => inside.filter(([path]) => path.slice(folder.length).includes('/') === isBelow));
    const folders = new Set(['onnx', ...below.map(([path]) => path.slice(0, path.indexOf('/', folder.length)))]);
    return [
      ...[...folders].map((path) => ({ type: 'directory', path, size: 0, oid: 'a'.repeat(40) })),
      ...here.map(([path, bytes]) => ({
        type: 'file', path, size: bytes.length, oid: digest('sha1', `blob ${bytes.length}\0`, bytes),
        ...(isLarge(path) && { lfs: { oid: digest('sha256', bytes), size: bytes.length, pointerSize: 134 } }),
      })),
    ];
  };

  function send(request, response, name) {
    const rule = name === WEIGHTS || hub.all ? hub.rule(request, hub.asked(name).length - 1, name) : {};
    const body = Buffer.from(hub.files.get(name));
    if (rule.status) return void response.writeHead(rule.status).end();
    if (rule.flip !== undefined) body[rule.flip] ^= 1;
    const etag = rule.etag ?? `"${digest('md5', body)}"`;
    response.setHeader('ETag', etag);
    response.setHeader('Content-Type', 'application/octet-stream');
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const other = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
    const from = range && !rule.whole && !other ? Number(range[1]) : 0;
    const to = range?.[2] && !rule.whole && !other ? Math.min(body.length, Number(range[2]) + 1) : body.length;
    const rest = body.subarray(from, to);
    const isPart = from > 0 || to < body.length;
    response.setHeader('Content-Length', rest.length);
    if (isPart) response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${body.length}`);
    response.statusCode = isPart ? 206 : 200;
    if (request.method === 'HEAD') return void response.end();
    const end = rule.cut ?? rule.stall;
    if (end === undefined) return void response.end(rest);
    // Some of it arrives before the connection ends, or while it stays open.
    response.write(rest.subarray(0, end - from), () => rule.cut !== undefined && setTimeout(() => response.destroy(), 200));
    hub.go = () => response.end(rest.subarray(end - from));
  }

  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://hub').pathname);
    const { range, 'if-range': ifRange } = request.headers;
    const entry = { method: request.method, path, range, ifRange };
    hub.log.push(entry);
    response.on('close', () => (entry.status = response.statusCode));
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Content-Range');
    const json = (value) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(value));
    if (path === `/api/models/${ID}/revision/main`) return json({ sha: COMMIT });
    const tree = `/api/models/${ID}/tree/${COMMIT}`;
    if (path === tree || path === `/api/models/${ID}/tree/main`) return json(inFolder(''));
    if (path.startsWith(`${tree}/`)) return json(inFolder(`${path.slice(tree.length + 1)}/`));
    if (path.startsWith('/api/')) return response.writeHead(404).end();
    const asked = /^\/(?:[\w.-]+\/[\w.-]+\/resolve\/\w+|plain|cdn)\/(.+)$/.exec(path)?.[1];
    if (asked) {
      if (!hub.files.has(asked)) return response.writeHead(404).end();
      // Large files lie elsewhere.
      if (path.includes('/resolve/') && isLarge(asked)) return response.writeHead(302, { Location: `/cdn/${asked}` }).end();
      return send(request, response, asked);
    }
    try {
      response.setHeader('Content-Type', typeOf(path)).end(readFileSync(join(site, normalize(path))));
    } catch {
      response.writeHead(404).end('not there');
    }
  });
  /** Requests for a file itself. */
  hub.asked = (name = WEIGHTS) => hub.log.filter(({ method, path }) => method === 'GET' && !(path.includes('/resolve/') && isLarge(name)) && path.endsWith(`/${name}`) && !path.startsWith('/node_modules'));
  hub.listen = (port = 0) => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  hub.close = () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve)));
  await hub.listen();
  hub.port = server.address().port;
  hub.origin = `http://127.0.0.1:${hub.port}`;
  return hub;
}
