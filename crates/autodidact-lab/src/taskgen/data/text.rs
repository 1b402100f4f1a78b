//! Free text: messages, notes and titles are composed of these pieces. Entries are separated by `;`. A `#` is replaced by a
//! plain noun, `@` by a first name. No entry holds a quotation mark or an apostrophe.

pub(in crate::taskgen) const SENTENCES: &str = "
the # is ready; the # is broken again; please bring the #; call me back after lunch; see you at the #; I will be late today;
meet me at the #; thanks for the #; the # arrived on Monday; do not forget the #; we need a new #; happy birthday @;
the meeting moved to Friday; can you send me the #; running ten minutes late; the # leaks; please review the #; good luck @;
dinner is at eight; I left the # at home; @ will join us; ask @ about the #; the # costs too much; great work on the #;
the report is almost done; no sugar please; leave it at the door; handle with care; ring the bell twice; pick up the # for @;
buy milk and bread; water the plants; feed the cat; clean the #; repair the #; book the # for @; the # looks great;
very slow service; I really liked the #; the # was too loud; would come again; @ is sick today; we won the game;
the # does not start; cannot log in; order number is missing; wrong size delivered; need a refund; where is the nearest #;
good morning everyone; how much is the #; I would like a #; the train is late; my # is lost; nice to meet you;
return the # to @; prepare the # for tomorrow; remember to call @; the password was changed; all systems normal; see the #";

pub(in crate::taskgen) const NOTES: &str = "
budget review; team lunch; project kickoff; status update; weekly sync; morning run; dentist visit; grocery run; house party;
board meeting; design review; data cleanup; night shift; summer trip; school play; gift ideas; reading list; garden plan;
birthday party; sales call; code review; road trip; winter sale; quick question; second attempt; first draft; final version";

pub(in crate::taskgen) const CHITCHAT: &str = "
Thanks, that is all for now.;Good morning!;How are you today?;Tell me a joke.;You are very helpful.;Never mind.;
What is your name?;I am bored.;Who made you?;That sounds good.;ok thanks;See you tomorrow!;Why is the sky blue?;
I had a long day.;Do you like music?;What should I think about all this?;Just saying hi.;Great job!;hmm, let me think;
I will come back later.;Are you a person?;What can you do?;nothing else for today;It is a beautiful day.;Good night!";

pub(in crate::taskgen) const HELD_CHITCHAT: &str = "
Cheers, I am done here.;Hello there, old friend.;Do you ever sleep?;Sing me something.;Forget what I said.;
I wonder what the future holds.;no more questions;What a strange week this was.;Happy holidays to you!;Is anybody there?";
