/** What the agent's codes for a faulty call or example mean (parse_failure.rs, schema.rs, validity.rs). */
const REASONS: Record<string, string> = {
  no_call: 'it calls no tool',
  bad_syntax: 'the call is not written correctly',
  bad_name: 'the call does not name a tool',
  bad_arguments: 'the arguments cannot be read',
  duplicate_argument: 'an argument is given twice',
  no_query: 'it has no task',
  unknown_tool: 'it calls a tool that is not in the menu',
  missing_argument: 'a required argument is missing',
  unknown_argument: 'it has an argument that the tool does not take',
  wrong_type: 'a value is of the wrong kind',
  ungrounded_value: 'a value does not come from the text',
  repeated_value: 'two arguments have the same value',
  query_is_call: 'its text is a call, as no person would write it',
  query_refuses: 'its text is a refusal',
  query_repeats: 'its text says the same over and over',
  other_language: 'its text is in another language than yours',
  disagreement: 'asked the same, the model answers otherwise',
  copy: 'it repeats your task or an earlier example',
};

/** A clause in plain words. Show the code in a title beside it. */
export const reasonText = (code: string): string => REASONS[code] ?? code.replaceAll('_', ' ');
