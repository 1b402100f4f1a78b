import { aborted } from './errors.ts';
import type { Message, Tool, ToolCall } from './types.ts';

/** A tool that the agent may execute by itself. */
export interface RunnableTool extends Tool {
  /**
   * Executes a call. What it returns goes back to the model, as text or as JSON; what it throws does too, as an error.
   */
  run?: (args: Record<string, unknown>, context: { signal: AbortSignal | undefined }) => unknown;
  /** Ask before every call: a function decides, `true` leaves it to the `confirm` of the agent. */
  confirm?: boolean | Confirm;
}

/** `signal` is the run's: when it aborts, the answer counts no more. */
export type Confirm = (call: ToolCall, context: { signal: AbortSignal | undefined }) => boolean | Promise<boolean>;

/** What became of a call. */
export interface ToolResult {
  call: ToolCall;
  /** `refused`: it was not confirmed. `not-runnable`: the tool has no `run`; the call is the caller's to execute. */
  status: 'done' | 'failed' | 'refused' | 'not-runnable';
  /** What the tool returned. */
  value?: unknown;
  /** What the tool threw. */
  error?: string;
}

export type ToolEvent =
  | { type: 'tool-call'; call: ToolCall }
  | { type: 'tool-result'; result: ToolResult };

/** What MCP, Anthropic and Google call the schema. */
type OtherNames = Partial<Record<'inputSchema' | 'input_schema' | 'parametersJsonSchema', Tool['parameters']>>;

/** What the model and the worker see of a tool. */
export function described(tool: Tool & OtherNames): Tool {
  const { name, description, annotations, parameters, inputSchema, input_schema, parametersJsonSchema } = tool;
  const schema = parameters ?? inputSchema ?? input_schema ?? parametersJsonSchema;
  return { name, description, parameters: schema, ...(annotations && { annotations }) };
}

/** Executes calls one after the other. */
export async function execute(
  calls: ToolCall[],
  tools: readonly RunnableTool[],
  confirm: Confirm | undefined,
  signal: AbortSignal | undefined,
  emit: (event: ToolEvent) => void,
): Promise<ToolResult[]> {
  const results: ToolResult[] = [];
  for (const call of calls) {
    throwIfAborted(signal);
    emit({ type: 'tool-call', call });
    const result = await executeOne(call, tools.find((tool) => tool.name === call.name), confirm, signal);
    emit({ type: 'tool-result', result });
    results.push(result);
  }
  return results;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted('stopped between tools');
}

async function executeOne(
  call: ToolCall, tool: RunnableTool | undefined, confirm: Confirm | undefined, signal: AbortSignal | undefined,
): Promise<ToolResult> {
  if (!tool?.run) return { call, status: 'not-runnable' };
  try {
    // Nobody there to ask is a no.
    const decide = typeof tool.confirm === 'function' ? tool.confirm : confirm;
    if (tool.confirm && !(await decide?.(call, { signal }))) return { call, status: 'refused' };
  } catch (error) {
    return failed(call, error);
  }
  // It may have been stopped while somebody was asked.
  throwIfAborted(signal);
  try {
    return { call, status: 'done', value: await tool.run(call.arguments, { signal }) };
  } catch (error) {
    return failed(call, error);
  }
}

const failed = (call: ToolCall, error: unknown): ToolResult => ({ call, status: 'failed', error: error instanceof Error ? error.message : String(error) });

/** The dialogue, with calls and their results at its end. */
export function continued(messages: Message[], calls: ToolCall[], results: ToolResult[]): Message[] {
  const said = results.map((result): Message => ({ role: 'tool', content: toText(result) }));
  return [...messages, { role: 'assistant', content: '', tool_calls: calls }, ...said];
}

function toText({ status, value, error }: ToolResult): string {
  if (status === 'refused') return 'The user refused this call.';
  if (status === 'failed') return `Error: ${error ?? 'unknown'}`;
  if (typeof value === 'string') return value;
  // A value that JSON does not have.
  return JSON.stringify(value) ?? 'done';
}
