//! What tools do. One verb a line:
//!
//! `key | group | determiner | words in names / held out | spoken / held out | questions / held out`
//!
//! Two verbs of one group never stand on the same object in one menu, since a query could mean either. Determiner: `a` a
//! new or any object, `t` a certain one, `p` many. An `i` beside it: the object is usually identified by name or code.
//! Spoken forms hold the object at `{}`; a question holds `{a}` (a hotel), `{t}` (the hotel) or `{p}` (hotels);
//! with `!` before it, it is a statement.

pub(in crate::taskgen) const VERBS: &str = "
find|look|a|find search locate discover lookup / seek scout hunt|find {};look for {};search for {};find me {};locate {};look up {} / hunt for {};track down {};scout for {};help me find {}|are there any {p};where can i find {a};do you know {a};is there {a};!i'm looking for {a};!i need {a};any {p} / any {p} around;know of {a};!i'm after {a};got any {p}
get|look|ti|get fetch retrieve show read view / obtain grab pull|get {};fetch {};show me {};give me {};pull up {};retrieve {};tell me {};get me {} / bring up {};let me see {};display {};obtain {}|what is {t};what's {t};can i see {t};!i want to know {t} / mind telling me {t};what would {t} be
list|look|p|list enumerate browse / catalog itemize|list {};show all {};list all {};show me all {};give me a list of {} / run through {};give an overview of {};itemize {}|which {p} are there;what {p} do we have / what {p} exist
book|book|a|book reserve / secure|book {};reserve {};book me {};make a booking for {} / secure {};put me down for {}|!i need {a};!i'd like {a};do you have {a} free;!i want {a} / is {a} still available;!put {a} aside
cancel|cancel|ti|cancel revoke / annul void|cancel {};call off {};revoke {} / annul {};scrap {}|!i no longer need {t};!i don't want {t} anymore / !forget about {t}
create|create|a|create add make new register insert / establish compose|create {};add {};make {};set up {};register {};add a new entry for {} / establish {};come up with {};put together {}|!i need {a};!let there be {a} / !we lack {a}
delete|delete|ti|delete remove erase drop / purge discard|delete {};remove {};erase {};get rid of {} / purge {};discard {};wipe {}|
update|update|ti|update edit change modify / revise amend|update {};edit {};change {};modify {} / revise {};amend {};bring {} up to date|
send|send|a|send dispatch / transmit mail_out|send {};send out {};send off {} / transmit {};fire off {}|
compute|compute|t|calculate compute calc estimate / determine derive|calculate {};compute {};work out {};estimate {};figure out {} / determine {};derive {};do the math for {}|what is {t};what's {t};how large is {t};what will {t} be;!i need {t};!i want to know {t};!tell me {t} / how much would {t} come to;what does {t} amount to;!i wonder about {t}
convert|convert|t|convert / transform|convert {};do a conversion of {} / transform {}|
translate|translate|t|translate / render|translate {} / render {}|
start|start|ti|start run launch begin / initiate boot|start {};run {};launch {} / initiate {};kick off {};fire up {}|
stop|stop|ti|stop halt end terminate / shut_down quit|stop {};halt {};end {} / shut down {};bring {} to a halt|
pause|pause|ti|pause suspend / freeze|pause {};suspend {} / put {} on hold;freeze {}|
compare|compare|p|compare contrast / benchmark|compare {} / put {} side by side;weigh {} against each other|
track|track|ti|track monitor watch follow / observe trace|track {};monitor {};keep an eye on {};watch {} / observe {};stay on top of {}|where is {t};where's {t};any news of {t} / how far is {t};what about {t}
order|order|a|order buy purchase / procure acquire|order {};buy {};purchase {} / procure {};acquire {}|!i need {a};!i'd like {a};!i want {a} / !{a} would be great;!i could use {a}
sell|sell|ti|sell / offload|sell {};put {} up for sale / offload {};find a buyer for {}|
schedule|schedule|a|schedule plan arrange / slate organize|schedule {};plan {};arrange {} / slate {};organize {};pencil in {}|!i need {a};!let's have {a} / !there should be {a}
play|play|ti|play / perform|play {};put on {} / let me hear {}|!i want to hear {t};!i'd like to hear {t} / !i feel like hearing {t}
check|check|ti|check verify validate / examine test|check {};verify {};validate {};check on {} / examine {};double-check {}|how is {t};is {t} fine;is {t} ok;how's {t} / is everything right with {t};any problem with {t}
analyze|analyze|ti|analyze study evaluate / assess dissect|analyze {};evaluate {};study {};run an analysis of {} / assess {};look closely at {}|
rate|rate|ti|rate review score / grade|rate {};review {};leave a rating for {} / give {} marks|
share|share|ti|share / circulate|share {} / pass {} on;circulate {}|
download|download|ti|download save / pull_down|download {};save {} / grab a copy of {}|
upload|upload|a|upload submit post / push|upload {};submit {} / push {};hand in {}|
open|open|ti|open unlock / unseal|open {};open up {} / unseal {}|
close|close|ti|close lock / seal|close {} / seal {};shut {}|
enable|enable|ti|enable activate turn_on / switch_on|enable {};activate {};turn on {} / switch on {};power up {}|
disable|disable|ti|disable deactivate turn_off / switch_off mute|disable {};deactivate {};turn off {} / switch off {};power down {}|
set|set|ti|set configure adjust / tune calibrate|set {};configure {};adjust {} / tune {};calibrate {}|
assign|assign|ti|assign allocate / delegate|assign {};allocate {} / delegate {};hand over {}|
approve|approve|ti|approve accept confirm / authorize|approve {};accept {};confirm {} / authorize {};sign off on {}|
reject|reject|ti|reject deny decline / refuse|reject {};deny {};decline {} / refuse {};turn down {}|
pay|pay|ti|pay settle / remit|pay {};settle {} / remit {};cover {}|
refund|refund|ti|refund / reimburse|refund {};give the money back for {} / reimburse {}|
print|print|ti|print / plot|print {};print out {} / put {} on paper|
rename|rename|ti|rename relabel / retitle|rename {};give a new name to {} / retitle {}|
move|move|ti|move transfer / relocate|move {};transfer {} / relocate {};shift {}|
copy|copy|ti|copy duplicate clone / replicate|copy {};duplicate {};clone {} / replicate {};make another of {}|
merge|merge|p|merge combine fuse / unite|merge {};combine {};fuse {} / unite {};bring together {}|
split|split|ti|split divide / partition|split {};split up {};divide {} / partition {};break up {}|
predict|predict|t|predict forecast project / foresee|predict {};forecast {};make a prediction of {} / foresee {};anticipate {}|what will {t} be like;what will {t} be;!tell me {t} / what can we expect of {t};what's ahead for {t}
recommend|look|a|recommend suggest / propose|recommend {};suggest {};recommend me {};give me tips on {} / propose {};advise me on {}|which {p} do you recommend / what {p} would you go for
generate|create|a|generate produce build / craft|generate {};produce {};build {};generate me {} / craft {};whip up {}|
summarize|summarize|ti|summarize / digest|summarize {};give me a summary of {};sum up {} / condense {};boil {} down|what is the gist of {t};what does {t} say / what is the short version of {t};in short, what is in {t}
count|count|p|count tally / quantify|count {};count all {};tally {} / take stock of {}|how many {p} are there / what is the number of {p}
measure|measure|t|measure gauge / meter|measure {};gauge {} / take a reading of {}|
repair|repair|ti|repair fix / mend|repair {};fix {} / mend {};patch up {}|!{t} is broken / !{t} stopped working
clean|clean|ti|clean wash / scrub|clean {};clean up {};wash {} / scrub {};tidy {}|!{t} is dirty / !{t} is a mess
inspect|inspect|ti|inspect audit / survey|inspect {};audit {};carry out an inspection of {} / survey {};go over {}|
subscribe|subscribe|t|subscribe_to / sign_up_for|subscribe to {};subscribe me to {} / sign up for {}|
join|enter|t|join enter / enroll_in|join {};enter {} / enroll in {};sign me up for {}|
leave|leave|t|leave exit / quit_from|leave {};exit {} / step out of {}|
invite|invite|t|invite_to / ask_to|invite people to {};send an invite to {} / ask guests to {}|
archive|archive|ti|archive / stash|archive {};put {} in the archive / stash {};file {} away|
restore|restore|ti|restore recover / bring_back|restore {};recover {} / bring back {}|
export|export|ti|export / dump|export {} / dump {};write {} out|
import|import|a|import load / ingest|import {};load {} / ingest {};read {} in|
reset|reset|ti|reset clear / reinitialize|reset {};clear {} / start {} over|
install|install|ti|install deploy / mount|install {};deploy {} / mount {};roll out {}|
report|report|ti|report flag / escalate|report {};flag {} / raise {} with the team|
rent|book|a|rent hire / charter|rent {};hire {} / charter {}|!i need {a};!i'd like to have {a} / !i could use {a}
withdraw|withdraw|t|withdraw / take_out|withdraw {} / take out {}|
solve|compute|ti|solve / resolve|solve {};find the solution of {} / resolve {};crack {}|
draw|draw|a|draw sketch / depict|draw {};sketch {};draw me {} / depict {}|
";
