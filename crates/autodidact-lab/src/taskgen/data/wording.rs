//! Wording families: frames around an order, ways to state an argument, joiners and noise. Entries are separated by `;`.
//! Each pair of constants is a partition: the `HELD` half occurs in no training query.

/// `{A}` is the order ("book a hotel"), `{x}` its arguments. A leading `*`: the speaker does it ("I need to ..."), so orders
/// with "me" do not fit. A trailing `?` or `.` is part of the frame.
pub(in crate::taskgen) const FRAMES: &str = "
{A} {x}.;{A} {x}.;{A} {x}.;{A} {x};please {A} {x}.;{A} {x} please.;{A} {x}, thanks.;go ahead and {A} {x}.;can you {A} {x}?;
could you {A} {x}?;could you please {A} {x}?;can you please {A} {x}?;*i need to {A} {x}.;*i want to {A} {x}.;
*i'd like to {A} {x}.;*i would like to {A} {x}.;help me {A} {x}.;*let's {A} {x}.;*we need to {A} {x}.;i want you to {A} {x}.;
i need you to {A} {x}.;*can i {A} {x}?;*i have to {A} {x}.;*how can i {A} {x}?;hey, {A} {x}.;*{A} {x} for me.;
*we want to {A} {x}.;*i'm trying to {A} {x}.";

pub(in crate::taskgen) const HELD_FRAMES: &str = "
i was hoping you could {A} {x}.;would it be possible to {A} {x}?;do me a favor and {A} {x}.;*it is time to {A} {x}.;
kindly {A} {x}.;your task: {A} {x}.;any chance you could {A} {x}?;it would be great if you could {A} {x}.;
*my plan is to {A} {x}.;your job is to {A} {x}.;*someone has to {A} {x}.;would you mind helping to {A} {x}?;
*is there a way to {A} {x}?;*the idea is to {A} {x}.;be so kind as to {A} {x}.;what i ask is that you {A} {x}.";

/// Frames with the arguments first.
pub(in crate::taskgen) const LEADS: &str =
    "{x}, {A}.;{x}, please {A}.;{x}, can you {A}?;*{x}, i need to {A}.;*{x}, i want to {A}.";
pub(in crate::taskgen) const HELD_LEADS: &str = "{x}, kindly {A}.;{x}, go and {A}.;{x}: {A}.;*{x}, we ought to {A}.";

/// Frames for orders whose arguments follow in own sentences, `{s}`.
pub(in crate::taskgen) const FOLLOWS: &str = "
{A} {x}. {s};please {A} {x}. {s};*i need to {A} {x}. {s};*i want to {A} {x}. {s};can you {A} {x}? {s};could you {A} {x}? {s};
{s} {A} {x}.;{s} please {A} {x}.;{s} can you {A} {x}?";
pub(in crate::taskgen) const HELD_FOLLOWS: &str = "
kindly {A} {x}. {s};*we are about to {A} {x}. {s};{s} so now {A} {x}.;*{s} with that, i hope to {A} {x}.;time to {A} {x}. {s}";

/// Frames that name the tool itself, `{T}`.
pub(in crate::taskgen) const CALLS: &str =
    "use {T} {x}.;call {T} {x}.;run {T} {x}.;{T} {x};{A} {x} using {T}.;use {T} to {A} {x}.;{T}: {A} {x}.";
pub(in crate::taskgen) const HELD_CALLS: &str = "invoke {T} {x}.;with the tool {T}, {A} {x}.;trigger {T} {x}.";

/// How several arguments are stated by name, as `opener|item`: `{n}` name, `{an}` name with article, `{v}` value.
pub(in crate::taskgen) const NAMED: &str = "
with|{n} {v};with|{n} {v};with|{an} of {v};with|{an} of {v};using|{n} {v};where|the {n} is {v};with the|{n} {v};for|{n} {v};
,|{n}: {v};,|{n} {v};with|{v} as the {n};,|{n}={v};with|the {n} set to {v};and set|the {n} to {v};on the basis of|{n} {v};
,|the {n} is {v};,|the {n} should be {v}";
pub(in crate::taskgen) const HELD_NAMED: &str = "
given|{n} {v};having|{an} equal to {v};taking|{v} for the {n};such that|{n} equals {v};,|{n} -> {v};at|{n} {v};
assuming|{an} of exactly {v};provided|the {n} reads {v}";

/// Whole sentences that state one argument.
pub(in crate::taskgen) const STATED: &str = "
the {n} is {v}.;the {n} is {v}.;{n}: {v}.;use {v} as the {n}.;set the {n} to {v}.;the {n} should be {v}.;it has {an} of {v}.;
the {n} must be {v}.";
pub(in crate::taskgen) const HELD_STATED: &str =
    "make the {n} {v}.;as for the {n}, {v}.;let the {n} be {v}.;take {v} for the {n}.;what we have for {n} is {v}.";

/// Between two orders.
pub(in crate::taskgen) const JOINERS: &[&str] = &[
    " and ",
    " and ",
    " and then ",
    ", then ",
    ". also, ",
    ". then ",
    ", and also ",
    ". after that, ",
    ". next, ",
    ", and ",
];
pub(in crate::taskgen) const HELD_JOINERS: &[&str] =
    &[", followed by: ", ". once done, ", ". on top of that, ", ", plus ", ". finally, "];

/// Sentences that mean nothing to the task.
pub(in crate::taskgen) const NOISE_BEFORE: &str = "
hi!;hello.;hey there.;good morning!;hi, quick question.;i'm in a hurry.;i hope you are well.;it's been a long day.;
my boss is waiting.;sorry to bother you again.;i have a small request.;i'm planning something with a friend.;
my sister asked me for help.;i'm back from lunch.;we talked about this yesterday.;i have no idea how this works.;ok, next thing.;
i'm working on a project.;i was told you can help.;so here is the thing.;i keep forgetting this.";
pub(in crate::taskgen) const HELD_NOISE_BEFORE: &str = "
greetings.;what a morning!;my neighbor sent me here.;this one matters to me.;i promised my uncle to handle this.;right, listen up.;
the weather is lovely, isn't it?;i lost my notes.";
pub(in crate::taskgen) const NOISE_AFTER: &str = "
thanks!;thank you.;thanks a lot!;that would be great.;i really need this today.;no rush.;it's important.;let me know.;
my friends will be happy.;thanks in advance.;i'd appreciate it.;cheers!;can you help me with that?";
pub(in crate::taskgen) const HELD_NOISE_AFTER: &str = "much obliged.;you are a star!;we are all counting on you.;take your time.;that should be everything.;don't let me down.";
