/** autodidact: a private agent in the page that teaches itself. */
export {
  Agent, createAgent,
  type Adapters, type AgentOptions, type Asked, type CreateCompletion, type LearnOptions, type Review, type RunOptions, type TaskEvent,
  type TaskOptions, type TaskResult,
} from './agent.ts';
export type {
  ChatCompletion, ChatCompletionChunk, ChatMessage, ChatOptions, ChatRequest, ChatTool, ChatToolCall, FinishReason, ResponseFormat, Usage,
} from './chat.ts';
export { AutodidactError, remedyFor, type ErrorCode } from './errors.ts';
export { modelInfo, type ModelInfo } from './model-info.ts';
export type {
  AdapterMeta, AgentEvent, AgentReport, Answer, AnswerSide, AskOptions, BackendChoice, BackendReport, Candidate, Estimator, Feedback, GateReport, HubModel,
  Lesson, LessonSource, MemoryMode, MemoryOptions, Message, ModelSource, Pair, Phase, Recalled, RemoteFile, Synthesis, Taught, TeacherRequest,
  Tool, ToolCall, ToolSchema, Trace, TrainEvent, Training, Uncertainty,
} from './protocol.ts';
export type { Learned } from './idle.ts';
export { Run } from './run.ts';
export { clearDownloads, downloads, type Download } from './store.ts';
export type { StorageReport } from './tabs.ts';
export type { ServerTeacher, Teacher } from './teacher.ts';
export type { Confirm, RunnableTool, ToolEvent, ToolResult } from './tools.ts';
