// The multiply-adds of a token: the weights of a GGUF file's layers, and those of its head. Prints one JSON object.
//
//   node shape.mjs FILE.gguf
import { readGgufFileInfo } from 'node-llama-cpp';
import { report } from './scenario.mjs';

const { fullTensorInfo } = await readGgufFileInfo(process.argv[2], { readTensorInfo: true, logWarnings: false });
const weights = ({ dimensions }) => dimensions.reduce((product, size) => product * Number(size), 1);
const layers = fullTensorInfo.filter(({ name, dimensions }) => name.startsWith('blk.') && dimensions.length > 1);
const named = (wanted) => fullTensorInfo.find(({ name }) => name === wanted);
const head = named('output.weight') ?? named('token_embd.weight');
report({ layers: layers.reduce((sum, tensor) => sum + weights(tensor), 0), head: weights(head) });
process.exit(0);
