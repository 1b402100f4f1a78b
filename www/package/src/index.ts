/** autodidact: a private agent in the page that teaches itself. */
export type { Adapters } from './adapters.ts';
export { Agent, createAgent } from './agent.ts';
export type { ChatContentPart, ChatMessage, ChatOptions, ChatRequest, ChatTool, ChatToolCall, ResponseFormat, ToolChoice } from './chat.ts';
export type { ChatCompletion, ChatCompletionChunk, CreateCompletion, FinishReason, Usage } from './completions.ts';
export { AutodidactError, remedyFor, type ErrorCode } from './errors.ts';
export { ggufFiles } from './hub.ts';
export type { Learned } from './idle.ts';
export type { Lessons } from './lessons.ts';
export { modelInfo, type ModelInfo, type ModelInfoOptions } from './model-info.ts';
export type { AgentOptions, ExecuteOptions, LearnOptions, Review, RunOptions, TaskEvent, TaskOptions, TaskResult } from './options.ts';
export { Run } from './run.ts';
export { clearDownloads, downloads, type Download } from './store.ts';
export type { StorageReport } from './tabs.ts';
export type { ServerTeacher, Teacher, TeacherAgent, TeacherOptions } from './teacher.ts';
export type { Confirm, RunnableTool, ToolEvent, ToolResult } from './tools.ts';
export type * from './types.ts';
