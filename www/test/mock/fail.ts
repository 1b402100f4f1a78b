/** Errors and time, as the agent has them. */
export const fail = (code: string, message: string): Error =>
  Object.assign(new Error(message), { name: code === 'AbortError' ? 'AbortError' : 'AutodidactError', code });

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
