/** autodidact: a private agent in the page that teaches itself. */
export {
  Agent, createAgent,
  type Adapters, type AgentOptions, type Asked, type CreateCompletion, type LearnOptions, type RunOptions, type TaskEvent, type TaskOptions,
  type TaskResult,
} from './agent.ts';
export type {
  ChatCompletion, ChatCompletionChunk, ChatMessage, ChatOptions, ChatRequest, ChatTool, ChatToolCall, FinishReason, ResponseFormat, Usage,
} from './chat.ts';
export { AutodidactError, remedyFor } from './errors.ts';
export type {
  AdapterMeta, AgentEvent, AgentReport, Answer, AnswerSide, BackendChoice, BackendReport, Candidate, Estimator, GateReport, Message, ModelSource, Pair,
  Phase, Synthesis, Tool, ToolCall, ToolSchema, Trace, TrainEvent, Training, Uncertainty,
} from './protocol.ts';
export type { Learned } from './idle.ts';
export { Run } from './run.ts';
export type { StorageReport } from './tabs.ts';
export type { Confirm, RunnableTool, ToolEvent, ToolResult } from './tools.ts';
