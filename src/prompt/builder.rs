//! Prompts for a task: answering it, answering it with examples in context, and writing a new task like it.

use serde_json::Value;

use super::synthesis_prompt::{self, PairOrder, SynthesisStyle};
use super::template::{ChatTemplate, TemplateFiles};
use super::template_fit::Renders;
use crate::calls::CallFormat;
use crate::calls::ParseFailure;
use crate::error::Result;
use crate::task::{Message, Pair, Role, Task, Tool, ToolCall};

/// What the model answers where no tool fits.
pub const PLAIN_ANSWER: &str = "None of the tools fits this request.";

/// Writes the prompts of one model and reads its answers.
///
/// A template that leaves out the menu, calls, tool results or system messages (SmolLM of the first generation and
/// TinyLlama know no tools) is noticed at the start by rendering a probe, and what it would lose is put into turns that
/// it does render. Models that think before they answer are asked not to (`enable_thinking = false`), because candidates
/// are scored right behind the prompt.
#[derive(Debug, Clone)]
pub struct PromptBuilder {
    template: ChatTemplate,
    format: CallFormat,
    style: SynthesisStyle,
    renders: Renders,
}

impl PromptBuilder {
    /// A builder for a model's template, call format and way of synthesis.
    pub fn new(template: ChatTemplate, format: CallFormat, style: SynthesisStyle) -> Self {
        let renders = Renders::probe(&template);
        Self { template, format, style, renders }
    }

    /// A builder for a model directory: the call format and the style are read off its configuration and template.
    ///
    /// # Errors
    /// As [`ChatTemplate::from_config`].
    pub fn from_config(tokenizer_config_json: Option<&[u8]>, chat_template_jinja: Option<&str>) -> Result<Self> {
        Self::from_template(ChatTemplate::from_config(tokenizer_config_json, chat_template_jinja)?)
    }

    /// As [`PromptBuilder::from_config`], with all files that a model directory may have.
    ///
    /// # Errors
    /// As [`ChatTemplate::from_files`].
    pub fn from_files(files: &TemplateFiles<'_>) -> Result<Self> {
        Self::from_template(ChatTemplate::from_files(files)?)
    }

    fn from_template(template: ChatTemplate) -> Result<Self> {
        let format = CallFormat::detect(template.source(), Some(template.config()));
        let style = SynthesisStyle::from_config(Some(template.config()));
        Ok(Self::new(template, format, style))
    }

    /// The chat template.
    pub fn template(&self) -> &ChatTemplate {
        &self.template
    }

    /// The call format.
    pub fn format(&self) -> CallFormat {
        self.format
    }

    /// The way of synthesis.
    pub fn style(&self) -> SynthesisStyle {
        self.style
    }

    /// The prompt behind which the model answers the task.
    ///
    /// # Errors
    /// [`crate::error::Error::Template`] when the template refuses the dialogue.
    pub fn answer_prompt(&self, task: &Task) -> Result<String> {
        self.render(task.messages.clone(), &task.tools, &[])
    }

    /// The answer prompt with `pairs` as earlier turns, behind the system message and before the dialogue.
    ///
    /// # Errors
    /// [`crate::error::Error::Template`] when the template refuses the dialogue.
    pub fn icl_prompt(&self, task: &Task, pairs: &[Pair]) -> Result<String> {
        let system = task.messages.iter().take_while(|m| m.role == Role::System).count();
        let (head, tail) = task.messages.split_at(system);
        let mut messages = head.to_vec();
        for pair in pairs {
            messages.push(Message::text(Role::User, pair.query.as_str()));
            let content = if pair.calls.is_empty() { PLAIN_ANSWER } else { "" };
            messages.push(Message::calling(content, pair.calls.clone()));
        }
        messages.extend_from_slice(tail);
        self.render(messages, &task.tools, &[])
    }

    /// What stands before the user's words: in a first turn, in one behind a menu, and in a later one.
    ///
    /// # Errors
    /// [`crate::error::Error::Template`] when the template refuses the dialogue.
    pub fn before_users(&self) -> Result<[String; 3]> {
        const WORDS: &str = "autodidact";
        let before = |messages: Vec<Message>, tools: &[Tool]| {
            let mut text = self.render(messages, tools, &[])?;
            text.truncate(text.rfind(WORDS).unwrap_or(0));
            Ok(text)
        };
        let user = || Message::text(Role::User, WORDS);
        let tool = Tool {
            name: "wait".into(),
            description: "Wait".into(),
            parameters: serde_json::json!({"type": "object", "properties": {}}),
            annotations: None,
        };
        let later = vec![user(), Message::text(Role::Assistant, "Yes"), user()];
        Ok([before(vec![user()], &[])?, before(vec![user()], &[tool])?, before(later, &[])?])
    }

    /// The response to train on or to score, without the end-of-turn token (the caller appends it).
    pub fn answer_text(&self, calls: &[ToolCall]) -> String {
        if calls.is_empty() { PLAIN_ANSWER.to_owned() } else { self.format.render(calls) }
    }

    /// Reads the calls of an answer; empty for a plain one.
    ///
    /// # Errors
    /// A [`ParseFailure`] when a call begins but is not well-formed.
    pub fn parse_answer(&self, text: &str) -> Result<Vec<ToolCall>, ParseFailure> {
        self.format.parse(text)
    }

    /// The prompt behind which the model writes a new pair like the task. Only user turns and the menu of the task enter
    /// it, never tool results, so that a web page cannot plant training text. `avoid` are pairs that were made before
    /// (the native style leaves them to sampling and to the check for copies).
    ///
    /// # Errors
    /// [`crate::error::Error::Template`] when the template refuses the dialogue.
    pub fn synthesis_prompt(&self, task: &Task, avoid: &[Pair], order: PairOrder) -> Result<String> {
        match self.style {
            SynthesisStyle::Instructed => {
                let request = synthesis_prompt::instruction(task, avoid, order);
                self.render(vec![Message::text(Role::User, request)], &[], &[])
            }
            SynthesisStyle::Native => {
                let user = task.messages.iter().filter(|m| m.role == Role::User).cloned().collect();
                self.render(user, &task.tools, &[("synthesis", order.name().into())])
            }
        }
    }

    /// Reads a generated pair. For the native style, `generated` must be decoded with `skip_special = false`, because the
    /// mark between query and calls is a special token; a trailing end-of-turn token is ignored.
    ///
    /// # Errors
    /// A [`ParseFailure`] that says what the text lacks.
    pub fn parse_synthesis(&self, generated: &str, order: PairOrder) -> Result<Pair, ParseFailure> {
        match self.style {
            SynthesisStyle::Instructed => synthesis_prompt::parse_instructed(generated),
            SynthesisStyle::Native => synthesis_prompt::parse_native(generated, order, self.format),
        }
    }

    /// The text that [`PromptBuilder::parse_synthesis`] reads as `pair`: what a model is trained to write, without the
    /// end-of-turn token.
    pub fn synthesis_text(&self, pair: &Pair, order: PairOrder) -> String {
        match self.style {
            SynthesisStyle::Instructed => synthesis_prompt::instructed_text(pair, order),
            SynthesisStyle::Native => synthesis_prompt::native_text(pair, order, &self.answer_text(&pair.calls)),
        }
    }

    fn render(&self, messages: Vec<Message>, tools: &[Tool], extra: &[(&str, Value)]) -> Result<String> {
        let (messages, tools) = self.renders.fit(messages, tools, self.format);
        let mut variables = vec![("enable_thinking", Value::from(false))];
        variables.extend_from_slice(extra);
        self.template.render(&messages, tools, true, &variables)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::SEED_TEMPLATE;
    use serde_json::json;

    const CHATML: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + \
         '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
    const NO_SYSTEM: &str = "{% for m in messages %}{% if m.role not in ['user', 'assistant'] %}{{ raise_exception('roles') }}\
         {% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]";

    fn tool() -> Tool {
        let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
        Tool { name: "find_hotel".into(), description: "Find a hotel".into(), parameters, annotations: None }
    }

    fn call(city: &str) -> ToolCall {
        ToolCall { name: "find_hotel".into(), arguments: json!({"city": city}).as_object().cloned().unwrap() }
    }

    fn builder(jinja: &str, config: Value) -> PromptBuilder {
        PromptBuilder::from_config(Some(config.to_string().as_bytes()), Some(jinja)).unwrap()
    }

    fn seed() -> PromptBuilder {
        builder(SEED_TEMPLATE, json!({"synthesis": "native", "call_format": "pythonic"}))
    }

    fn dialogue() -> Task {
        let messages = vec![
            Message::text(Role::System, "Be brief."),
            Message::text(Role::User, "Hotels in Rome and Oslo"),
            Message::calling("Yes.", vec![call("Rome"), call("Oslo")]),
            Message::text(Role::Tool, "SECRET PAGE"),
            Message::text(Role::User, "And in Paris?"),
        ];
        Task { messages, tools: vec![tool()] }
    }

    #[test]
    fn a_template_without_tools_gets_the_menu_in_a_system_message() {
        let prompt = builder(CHATML, json!({})).answer_prompt(&dialogue()).unwrap();
        assert!(prompt.starts_with("<|im_start|>system\nBe brief.\n\n# Tools\n"), "{prompt}");
        assert!(prompt.contains("{\"type\": \"function\", \"function\": {\"name\": \"find_hotel\""), "{prompt}");
        assert!(prompt.contains(
            "assistant\nYes.\n<tool_call>\n{\"name\": \"find_hotel\", \"arguments\": {\"city\": \"Rome\"}}\n"
        ));
        assert!(prompt.contains("user\n<tool_response>\nSECRET PAGE\n</tool_response><|im_end|>"), "{prompt}");
        assert!(prompt.ends_with("<|im_start|>assistant\n"));
        let plain = builder(CHATML, json!({})).answer_prompt(&Task::new("Hi", vec![])).unwrap();
        assert_eq!(plain, "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
    }

    #[test]
    fn a_template_without_system_messages_gets_them_in_the_user_turn() {
        let prompt = builder(NO_SYSTEM, json!({})).answer_prompt(&Task::new("Hi", vec![tool()])).unwrap();
        assert!(prompt.starts_with("[user]# Tools\n") && prompt.ends_with("</tool_call>\n\nHi[assistant]"), "{prompt}");
    }

    #[test]
    fn seed_prompts() {
        let task = Task::new("Hotel in Paris", vec![tool()]);
        let menu = "<|tools|>\nfind_hotel(city: string): Find a hotel\n";
        assert_eq!(seed().answer_prompt(&task).unwrap(), format!("{menu}<|user|>Hotel in Paris<|assistant|>"));
        let pairs = [
            Pair { query: "Hotel in Rome".into(), calls: vec![call("Rome")] },
            Pair { query: "Hi".into(), calls: vec![] },
        ];
        assert_eq!(
            seed().icl_prompt(&task, &pairs).unwrap(),
            format!(
                "{menu}<|user|>Hotel in Rome<|assistant|><|call|>find_hotel(city=\"Rome\")<|end|><|user|>Hi<|assistant|>\
                 {PLAIN_ANSWER}<|end|><|user|>Hotel in Paris<|assistant|>"
            )
        );
        let with_system = seed().icl_prompt(&dialogue(), &pairs[..1]).unwrap();
        assert!(with_system.starts_with(&format!("<|system|>Be brief.{menu}<|user|>Hotel in Rome")), "{with_system}");
        for (order, end) in [(PairOrder::QueryFirst, "<|new|>"), (PairOrder::CallFirst, "<|newcall|>")] {
            let prompt = seed().synthesis_prompt(&task, &pairs, order).unwrap();
            assert_eq!(prompt, format!("{menu}<|user|>Hotel in Paris{end}"));
        }
    }

    #[test]
    fn tool_results_never_enter_a_synthesis_prompt() {
        for builder in [seed(), builder(CHATML, json!({}))] {
            let prompt = builder.synthesis_prompt(&dialogue(), &[], PairOrder::QueryFirst).unwrap();
            assert!(!prompt.contains("SECRET") && prompt.contains("And in Paris?") && prompt.contains("Rome and Oslo"));
        }
    }

    #[test]
    fn what_is_trained_is_what_is_read() {
        for builder in [seed(), builder(CHATML, json!({}))] {
            for calls in [vec![call("Rome \"<|x|>\" (1)"), call("Oslo")], vec![call("é")], vec![]] {
                assert_eq!(builder.parse_answer(&builder.answer_text(&calls)).unwrap(), calls);
                let pair = Pair { query: "Find a hotel, please".into(), calls };
                for order in [PairOrder::QueryFirst, PairOrder::CallFirst] {
                    let text = builder.synthesis_text(&pair, order);
                    assert_eq!(builder.parse_synthesis(&text, order).unwrap(), pair, "{text}");
                    assert_eq!(builder.parse_synthesis(&format!("{text}<|end|><|pad|>"), order).unwrap(), pair);
                }
            }
        }
    }

    #[test]
    fn instructed_prompts_show_what_to_avoid() {
        let pairs = [Pair { query: "Hotel in Rome".into(), calls: vec![call("Rome")] }];
        let prompt = builder(CHATML, json!({})).synthesis_prompt(&dialogue(), &pairs, PairOrder::CallFirst).unwrap();
        assert!(prompt.contains("do not repeat them:\nHotel in Rome\n") && prompt.contains("{\"calls\": [{\"name\""));
        assert!(prompt.contains("{\"type\": \"function\""));
    }
}
