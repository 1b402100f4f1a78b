/**
 * The codes of errors; docs/errors.md says why they occur, and what to do. Those of the first line come from JavaScript
 * alone.
 */
export type ErrorCode =
  | 'AgentCrashed' | 'OutOfMemory' | 'WorkerFailed' | 'NotReady' | 'Unexpected'
  | 'UnsupportedModel' | 'ConfigError' | 'MissingTensor' | 'UnusedTensors' | 'ShapeMismatch' | 'UnsupportedDtype' | 'IntegrityError'
  | 'TokenizerError' | 'TemplateError' | 'GrammarError' | 'ContextOverflow' | 'InvalidInput' | 'AdapterError' | 'BaseMismatch'
  | 'AdapterNotFound' | 'StorageError' | 'QuotaExceeded' | 'AbortError' | 'WebGPUNotAvailable' | 'DeviceLost' | 'BackendError'
  | 'TrainingDiverged' | 'SelfTestFailed' | 'Busy' | 'IoError';

/** An error as plain data, which can cross the worker. */
export interface WireError {
  name: string;
  code: string;
  message: string;
}

/** An error of the agent, with the stable `code` that Rust gave it. */
export class AutodidactError extends Error {
  readonly code: ErrorCode;

  constructor({ name, code, message }: WireError) {
    super(message);
    this.name = name;
    this.code = code as ErrorCode;
  }

  /** The user stopped the run. */
  get isAborted(): boolean {
    return this.code === 'AbortError';
  }

  /** The agent cannot go on and has to be started again. */
  get isFatal(): boolean {
    return FATAL.has(this.code);
  }

  /** Another backend may do better. */
  get isOfGpu(): boolean {
    return OF_GPU.has(this.code);
  }

  static from(error: unknown): AutodidactError {
    return error instanceof AutodidactError ? error : new AutodidactError(toWireError(error));
  }
}

/** An error with a code. As on the platform, the name of an aborted call is `AbortError`. */
export const failure = (code: ErrorCode, message: string): AutodidactError =>
  new AutodidactError({ name: code === 'AbortError' ? code : 'AutodidactError', code, message });

/** The error for bad input: `message` says what to change. */
export const invalid = (message: string): AutodidactError => failure('InvalidInput', message);

/** The error of a call that was stopped. */
export const aborted = (message: string): AutodidactError => failure('AbortError', message);

const FATAL = new Set(['AgentCrashed', 'OutOfMemory', 'WorkerFailed', 'DeviceLost', 'BackendError']);

const OF_GPU = new Set(['WebGPUNotAvailable', 'SelfTestFailed', 'DeviceLost', 'BackendError']);

/** Whether this is what the allocator of the wasm says when there is no memory. */
export const isOutOfMemory = (message: string): boolean => message.includes('OutOfMemory: ');

/** Whatever was thrown, as plain data. */
export function toWireError(error: unknown): WireError {
  // A panic in Rust reaches JavaScript as a trap; the instance must not be used again.
  if (error instanceof WebAssembly.RuntimeError) {
    return { name: 'AutodidactError', code: 'AgentCrashed', message: `the agent stopped unexpectedly: ${error.message}` };
  }
  if (typeof error === 'object' && error !== null) {
    const { name, code, message } = error as Partial<Record<keyof WireError, unknown>>;
    if (typeof message === 'string' && isOutOfMemory(message)) return { name: 'AutodidactError', code: 'OutOfMemory', message };
    return {
      name: typeof name === 'string' ? name : 'AutodidactError',
      // The platform's own has a number for a code.
      code: typeof code === 'string' ? code : name === 'AbortError' ? 'AbortError' : 'Unexpected',
      message: typeof message === 'string' ? message : 'unknown error',
    };
  }
  return { name: 'AutodidactError', code: 'Unexpected', message: String(error) };
}

const INCOMPLETE = 'Take all files of one model: its configuration, its tokenizer and every shard of its weights.';

const REMEDIES: Partial<Record<ErrorCode, string>> = {
  AgentCrashed: 'Start the agent again. Stored adapters are intact.',
  OutOfMemory: 'Start the agent again with a smaller model, or with fewer tools. Stored adapters are intact.',
  WorkerFailed: 'Check that the page was loaded completely, then start the agent again or reload the page.',
  NotReady: 'Start the agent again.',
  DeviceLost: 'Start the agent again, or choose the CPU backend. Stored adapters are intact.',
  BackendError: 'Start the agent again, or choose the CPU backend.',
  SelfTestFailed: 'Choose the CPU backend: this GPU computes other numbers.',
  WebGPUNotAvailable: 'Choose the CPU backend. It gives the same answers, only slower.',
  InvalidInput: 'Correct what the message names and try again.',
  ConfigError: 'Correct the setting that the message names.',
  ContextOverflow: 'Shorten the task, or take tools out of the menu.',
  QuotaExceeded: 'Delete stored adapters or downloaded models, or free space for this site in the browser.',
  StorageError: 'Check that the browser lets this site store data (private windows may not), then reload.',
  IntegrityError: 'Start the agent again to fetch the file again. If it is an adapter, delete it or import it again.',
  BaseMismatch: 'Delete this adapter, or load the model that it was trained on.',
  AdapterNotFound: 'It may have been deleted in another tab. Choose another adapter.',
  AdapterError: 'Choose a PEFT LoRA zip that was made for this model.',
  TrainingDiverged: 'Let it learn in fewer steps, or from other examples. Nothing was kept.',
  Busy: 'Wait until the current run ends, or stop it.',
  IoError: 'Check the connection and the address of the model, then start the agent again: a download goes on from where it stopped.',
  UnsupportedModel: 'Choose a model of a supported family, which fits into a tab.',
  UnsupportedDtype: 'Choose a checkpoint of this model with one of the types that the message lists.',
  MissingTensor: INCOMPLETE,
  UnusedTensors: INCOMPLETE,
  ShapeMismatch: INCOMPLETE,
  TokenizerError: INCOMPLETE,
  TemplateError: 'Take the chat template of the same model, and check the roles of the messages.',
  GrammarError: 'Mend the schema that the message names.',
};

/** What the user can do about an error of that code. */
export function remedyFor(code: string): string {
  return REMEDIES[code as ErrorCode] ?? 'Try again; if it happens again, reload the page.';
}
