//! Kinds of parameters, continued: names, texts, choices and switches. Same format as `params.rs`.

pub(in crate::taskgen) const NAMES: &str = "
name|title|name $_name title $ / inscription $_inscription designation|@{d} called {};@{d} named {};@the {p} {};@{p} {} / @{d} that goes by {};@{d} known as {}|name
title|title|title $_title name $_name / headline caption_name|@{d} called {};@{d} titled {};@the {p} {};@{p} {} / @{d} by the title of {};@{d} known as {}|title
id|id|id $_id $_number $_code / identifier $_ref $_key|@{p} {};@the {p} {};@the {p} with id {};@{p} number {} / @the {p} filed under {};@the {p} with reference {}|identifier
first_name|person|name full_name person holder owner_name / called who_name|for {};in the name of {} / on behalf of {}|name of the person
last_name|surname|last_name surname family_name / family last_part|with last name {};of the family {} / carrying the surname {}|last name
person_name|person|person name figure / who personality|about {};by {};with {} / involving {}|person
patient|person|patient patient_name / sufferer treated_person|for {};for patient {} / on behalf of {}|patient
doctor|doctor|doctor doctor_name physician / medic practitioner|with {};by {} / under the care of {}|doctor
employee|person|employee employee_name worker staff_name / colleague team_mate|for {};of {};for employee {} / concerning {}|employee
manager|person|manager supervisor / boss_name overseer|under {};reporting to {} / led by {}|manager
customer|person|customer customer_name client / patron purchaser|for {};of customer {};from {} / on behalf of {}|customer
agent|first|agent assignee handled_by / rep_name caretaker|to {};with {} as agent / in the hands of {}|agent in charge
candidate|person|candidate applicant / hopeful job_seeker|for {};with {};of candidate {} / concerning {}|candidate
student|person|student student_name pupil / learner schoolchild|for {};of {};for student {} / concerning {}|student
teacher|person|teacher instructor / educator class_head|with {};taught by {} / led by {}|teacher
lawyer|person|lawyer attorney counsel / advocate barrister|with {} as lawyer;represented by {} / defended by {}|lawyer
party_a|person|plaintiff claimant party_a / accusing_side|by {};with plaintiff {} / brought by {}|first party
party_b|company|defendant respondent party_b / accused_side|against {};versus {} / opposing {}|second party
coach|first|coach trainer / drill_master|with coach {};with trainer {} / guided by {}|coach
driver|first|driver driver_name / chauffeur|with driver {};driven by {} / with {} at the wheel|driver
host|first|host organizer / emcee|hosted by {};with {} as host / under the lead of {}|host
child_name|first|child child_name / kid_name|for {};for little {} / to look after {}|child
owner|first|owner created_by / belongs_to|owned by {};of {} / belonging to {}|owner
provider|company|provider supplier / purveyor|from {};with provider {} / supplied by {}|provider
director|person|director directed_by / film_maker|by {};directed by {} / shot by {}|director
author|person|author writer author_name written_by / penned_by wordsmith|by {};written by {};from author {} / penned by {}|author
artist|person|artist performer singer band / musician act_name|by {};from {};by the artist {} / performed by {}|artist
player|person|player player_name athlete / sportsman contender|of {};for {};for player {} / concerning {}|player
player_name|username|player player_name gamer_tag / gamer avatar_name|for player {};as {};for {} / playing as {}|player
technician|first|technician mechanic / repairer|with technician {};by {} / in the hands of {}|technician
recipient|person|recipient to receiver payee / addressee beneficiary|to {};for {} / addressed to {};going out to {}|recipient
sender|person|sender from_person from / dispatcher originator|from {};sent by {} / coming from {}|sender
username|username|username user user_id account handle / login_name screen_name|for user {};for {};of user {} / under the handle {}|user name
email|email|email email_address mail to / mailbox e_contact|to {};with email {};for {} / reachable under {};with the mailbox {}|email address
phone|phone|phone phone_number mobile / dial_number telephone|at {};with phone number {};on {} / reachable by {}|phone number
company|company|company company_name business firm organization / enterprise employer_name|at {};of {};for {};from company {} / over at {};belonging to {}|company
brand|company|brand manufacturer make / maker label_brand|from {};by {};of the brand {} / built by {}|brand
airline|company|airline carrier airline_name / air_company|with {};on {};by {} / flying {}|airline
bank|company|bank bank_name / lender money_house|at {};with {};of {} / held with {}|bank
carrier|company|carrier courier shipping_company / hauler|with {};via {};by {} / hauled by {}|carrier
opponent|team|opponent against rival / other_side|against {};versus {} / facing {}|other team
team|team|team club team_name / squad side_name|of {};for {};of the team {} / concerning {}|team
league|title|league competition / division_name|in the {};in league {} / within the {}|league
player_team|team|club current_team / home_side|from {};playing for {} / signed by {}|club
journal|title|journal published_in / periodical|from the journal {};published in {} / printed in {}|journal
game|title|game game_name / video_title|in {};for the game {};for {} / within {}|game
book_title|title|book book_title / tome|from the book {};of {} / quoted from {}|book
weapon|product|weapon item / armament|with a {};wielding {} / armed with {}|weapon
channel|channel|channel channel_name / stream_name|on {};in {};to {};in channel {} / over on {}|channel
folder|path|folder directory path source_folder / dir_name storage_place|in {};from {};in the folder {} / inside {}|folder
target_folder|path|target_folder destination target_path to / output_place drop_dir|to {};into {} / over to {}|target folder
file|file|file file_name filename file_path / doc_name media_file|@{p} {};@the {p} {};@{d} called {};of {};from {} / @the {p} stored as {}|file
file_owner|first|owner created_by / belongs_to|owned by {};of {} / belonging to {}|owner
repo|slug|repo repository repo_name project / code_base source_tree|in {};of {};in the repo {} / inside {}|repository
branch|slug|branch branch_name ref / code_line|on branch {};on {};from {} / off the line {}|branch
host_name|slug|host server hostname / machine_name node_id|on {};on host {} / running at {}|host
table_name|slug|table table_name / relation_name|from {};from table {};in {} / pulled out of {}|table
column|word|column field_name variable / attribute_col|of column {};for {};on {} / along {}|column
columns|list:word|columns fields / attributes_wanted|with columns {};with {};selecting {} / composed of {}|columns
group_by|word|group_by grouped_by / cluster_key|by {};grouped by {} / bundled along {}|grouping column
dataset|slug|dataset data dataset_name / data_collection|on {};from {};of the dataset {} / drawn from {}|dataset
sample_id|code|sample_id sample / specimen_no|of sample {};for {};for sample {} / on specimen {}|sample
robot_id|code|robot_id robot machine_id / bot_no|of robot {};on {};for robot {} / aboard {}|robot
tracking_no|code|tracking_number tracking_code tracking_id / trace_code|@{p} {};@the {p} {};with tracking number {} / under the trace code {}|tracking number
flight_no|code|flight_number flight code / route_no|@{p} {};@the {p} {};with number {} / under the number {}|flight number
account_no|digits:8|account_number account_id account / ledger_no|from account {};for account {};in account {} / under the account {}|account number
meter_no|digits:6|meter_number meter_id / gauge_no|of meter {};for meter {} / on gauge {}|meter number
policy_no|code|policy_number policy_id policy / coverage_no|for policy {};under policy {};with policy number {} / filed as {}|policy number
case_no|code|case_number case_id docket / lawsuit_no|@{p} {};in case {};with case number {} / under docket {}|case number
passport_no|code|passport_number document_id / travel_doc|with passport {};with document number {} / carrying document {}|passport number
employee_id|digits:4|employee_id staff_id / worker_no|with employee id {};of employee {} / carrying badge {}|employee id
post_id|digits:6|post_id item_id / entry_no|with id {};of post {} / numbered {}|post id
isbn|digits:10|isbn book_id / print_no|with isbn {};under isbn {} / catalogued as {}|ISBN
plate|code|plate license_plate car_plate / tag_no|with plate {};for car {} / bearing the tag {}|license plate
vehicle|code|vehicle vehicle_id car / automobile_no|for vehicle {};on car {} / on the automobile {}|vehicle
ip|ip|ip ip_address source_ip / net_address|from {};for ip {};with address {} / seen at {}|IP address
address|hex|address wallet wallet_address / deposit_key|to {};for wallet {};of {} / held under {}|wallet address
url|url|url link website / web_page|at {};from {};of {} / found under {}|web address
ticker|ticker|ticker symbol stock stock_symbol / share_code security_id|of {};for {};in {} / concerning {}|ticker symbol
currency|currency|currency currency_code in_currency / money_unit tender|in {};using {};paid in {} / denominated in {}|currency
currency_from|currency|from_currency base_currency from source_currency / money_given|from {};out of {} / starting with {}|currency to convert from
currency_to|currency|to_currency target_currency to / money_wanted|to {};into {} / ending up in {}|currency to convert to
unit_from|unit|from_unit unit_from from source_unit / given_unit|from {};in {} / starting with {}|unit to convert from
unit_to|unit|to_unit unit_to to target_unit / wanted_unit|to {};into {} / ending up in {}|unit to convert to
language|language|language lang / tongue idiom|in {};for {} / spoken in {}|language
language_name|language|language lang / tongue idiom|in {} / worded in {}|language
language_from|language|source_language from_language from / original_tongue|from {} / originally in {}|language of the source
language_to|language|target_language to_language to / wanted_tongue|to {};into {} / over to {}|language of the result
language_code|enum:python:rust:go:java:kotlin:ruby|language programming_language / coding_tongue|in {};written in {} / coded in {}|programming language
topic|topic|topic subject about theme keyword / matter field_of_interest|about {};on {};on the topic of {} / dealing with {};revolving around {}|topic
subject|topic|subject course_subject / discipline|in {};on {};for {} / dealing with {}|subject
theme|topic|theme motto / leitmotif|with the theme {};about {} / revolving around {}|theme
skills|list:topic|skills required_skills / abilities|with skills in {};knowing {} / versed in {}|skills
tags|list:word|tags labels keywords / markers|with the tags {};tagged {} / marked with {}|tags
cuisine|cuisine|cuisine food_type / kitchen_style|serving {} food;with {} cuisine;^{} / doing {} dishes|cuisine
dish|food|dish recipe_name food / meal_item|for {};of {} / to prepare {}|dish
ingredients|list:food|ingredients items contains / components pantry_items|with {};using {};made with {} / consisting of {}|ingredients
product|product|product item product_name item_name / merchandise article_wanted|for {};of {};with the product {} / covering the {}|product
category|product|category kind product_type / assortment|in the category {};of type {} / filed under {}|category
plant|food|plant plant_name / botanical|for {};of {};with {} / grown for {}|plant
crop|food|crop crop_name / cultivated_plant|of {};for {} / sown with {}|crop
animal|animal|animal species pet_type animal_type / creature|for a {};with a {} / to serve a {}|animal
pet_name|first|pet_name pet / furry_friend|for {};for my pet {} / on behalf of {}|name of the pet
breed|animal|breed species / lineage|of the breed {};for a {} / from {} stock|breed
symptom|symptom|symptom condition diagnosis / ailment complaint_kind|for {};because of {};with {} / troubled by {}|symptom
medicine|medicine|medicine drug medication / remedy pharmaceutical|for {};of {};with {} / containing {}|medicine
sport|sport|sport activity exercise / discipline_name|of {};for {};doing {} / practicing {}|sport
genre|genre|genre style category / artistic_kind|of the {} genre;in the {} genre;^{} / leaning towards {}|genre
style|genre|style flavor / look_kind|in the style {};^{} / with a touch of {}|style
material|material|material made_of / substance_type stuff|made of {};in {};of {} / built from {}|material
substance|material|substance compound chemical / stuff_name|of {};for {};with {} / containing {}|substance
color|color|color colour / hue tint|in {};^{};of color {} / painted {}|color
image|slug|image image_name template / blueprint_name|from image {};with image {} / modelled on {}|image
device|product|device device_name / appliance|for the {};of the {};on the {} / inside the {}|device
target|word|target goal / aim_point|towards {};at {} / in the direction of {}|target
variable|letter|variable var / unknown_symbol|for {};in {};with respect to {} / along {}|variable
expression|expr|expression formula function / math_term|of {};for {} / made from {}|expression
region_name|region|region area / territory|in {};for {} / across {}|region
department|enum:sales:marketing:finance:legal:support:research|department team division / branch_unit|in {};of the {} department;for {} / within {}|department
job_title|job|job_title role position title / occupation|as {};for the role of {};as a {} / working as {}|job
source|company|source publisher / outlet|from {};published by {} / carried by {}|source
list_name|title|list_name list playlist / roster_name|on the list {};to the list {};in {} / under the list {}|list
label|word|label tag / marker|labelled {};with label {} / marked {}|label
version|version|version release_version / build_tag|in version {};of version {};version {} / at revision {}|version
model|code|model model_name / variant_code|model {};of model {} / in the variant {}|model
machine|code|machine machine_id / apparatus|with machine {};on machine {} / by means of {}|machine
stat|enum:goals:assists:saves:tackles:minutes|stat metric / indicator|by {};for {};counting {} / going by {}|statistic
purpose|note|purpose reference memo reason / intention|for the purpose {};with the reference {} / meant as {}|purpose
reason|note|reason cause / motive|because of the {};with the reason {} / on account of {}|reason
note|text|note notes comment remark / annotation|with the note {};noting {} / adding the remark {}|note
text|text|text message body content / wording_text payload_text|saying {};with the text {};that says {};with the message {} / that reads {};in these words: {}|text
text_quoted|text|text sentence input_text phrase / passage utterance|{};for {};of {} / for the words {}|text
caption|text|caption description / subline|captioned {};with the caption {} / underlined by {}|caption
subject_line|note|subject subject_line / topic_line|with the subject {};about {} / headed {}|subject
password|code|password secret / passphrase|with the password {};protected by {} / locked behind {}|password
scope|enum:read:write:admin:all|scope access_level / reach|with {} scope;with {} access / for {} purposes|scope
";
pub(in crate::taskgen) const CHOICES: &str = "
class|enum:budget:standard:luxury|class category hotel_class / comfort_tier|^{};of the {} class;in {} class / on a {} footing|class
cabin|enum:economy:business:first|cabin cabin_class travel_class / seat_tier|in {} class;{} class / up in {}|cabin
seat|enum:window:aisle:middle|seat seat_preference seat_type / chair_spot|with {} seat;with a seat at the {} / placed at the {}|seat
line|enum:red line:blue line:night line:express|line route_name / track_color|on the {};with the {} / along the {}|line
temp_unit|enum:celsius:fahrenheit|unit units temperature_unit / thermo_scale|in {};in degrees {} / on the {} scale|unit of temperature
unit|enum:metric:imperial|unit units / measuring_system|in {} units / measured the {} way|units
unit_system|enum:metric:imperial|units unit_system / measuring_system|in {} units;using {} units / measured the {} way|units
length_unit|enum:cm:m:km:inches:feet|unit units / length_scale|in {};given in {} / measured in {}|unit of length
priority|enum:low:medium:high:critical|priority importance / urgency_level|with {} priority;^{}-priority;of {} priority / ranked {}|priority
severity|enum:minor:moderate:serious:critical|severity seriousness / gravity_level|of {} severity;^{} / ranked {}|severity
status|enum:open:pending:closed:resolved|status state / standing|with status {};^{};that is {} / counted as {}|status
stage|enum:new:qualified:won:lost|stage pipeline_stage / sales_step|in stage {};^{} / standing at {}|stage
level|enum:beginner:intermediate:advanced|level skill_level difficulty / proficiency|at {} level;for {} level;^{} / geared to {}|level
difficulty|enum:easy:medium:hard|difficulty level / toughness|of {} difficulty;^{};that is {} / rather {}|difficulty
intensity|enum:light:moderate:vigorous|intensity effort / exertion|at {} intensity;^{};with {} effort / done the {} way|intensity
size|enum:small:medium:large|size format_size / magnitude_class dimension|in size {};^{};in {} / cut {}|size
format|enum:pdf:csv:json:png:txt|format file_format output_format / data_shape|as {};in {} format;^{} / rendered into {}|format
quality|enum:low:medium:high:ultra|quality resolution / fidelity|in {} quality;^{}-quality / with {} fidelity|quality
sort|enum:price:rating:date:popularity|sort_by order_by sort / ranked_by|sorted by {};ordered by {} / ranked along {}|order of results
order_dir|enum:ascending:descending|order direction / sort_way|in {} order / with {} rank|direction of the order
diet|enum:vegan:vegetarian:gluten-free:keto:halal|diet dietary dietary_restriction / eating_habit|^{};for a {} diet;that is {} / fitting {} eaters|diet
fuel|enum:petrol:diesel:electric:hybrid|fuel fuel_type engine_type / propulsion|^{};with {} engine;running on {} / powered by {}|fuel
car_type|enum:sedan:van:suv:limousine|car_type vehicle_type / chassis_kind|with a {};in a {};as a {} / seated in a {}|type of car
travel_mode|enum:walking:driving:cycling:transit|mode travel_mode transport / locomotion|by {};in {} mode / with {} as means|way to travel
mode|enum:auto:eco:boost:silent:manual|mode operation_mode / working_state|in {} mode;on {} / switched to {}|mode
loop_mode|enum:once:loop:bounce|loop repeat_mode / cycle_kind|in {} mode / running as {}|loop mode
direction|enum:left:right:forward:backward:up:down|direction heading / course|to the {};in direction {};going {} / off to the {}|direction
gender|enum:male:female|gender sex / sex_type|^{};of {} gender / who is {}|gender
platform|enum:pc:xbox:playstation:switch:mobile|platform console / playing_system|on {};for {} / played on {}|platform
network|enum:mainnet:testnet:lightning|network chain / ledger_net|on {};over the {} network / by way of {}|network
visibility|enum:public:private:friends|visibility audience / seen_by|^{};with {} visibility;visible to {} / kept {}|visibility
class_rpg|enum:wizard:warrior:rogue:archer:healer|class character_class / hero_kind|as a {};of class {} / in the guise of a {}|class
region_cloud|enum:us-east:us-west:eu-central:ap-south|region zone data_center / server_area|in {};in region {} / hosted in {}|region
env|enum:dev:staging:production:test|environment env stage / deploy_target|in {};on {};for the {} environment / within {}|environment
soil|enum:clay:sandy:loam:peat|soil soil_type / ground_kind|in {} soil;on {} soil / rooted in {}|soil
sunlight|enum:full sun:partial shade:shade|sunlight light_need / exposure|in {};with {} / placed in {}|light
fertilizer|enum:compost:manure:nitrate:potash|fertilizer nutrient / plant_food|with {};using {} / fed with {}|fertilizer
paper|enum:A3:A4:A5:letter|paper paper_size / sheet_kind|on {} paper;on {} / set on {} sheets|paper
tail|enum:one-sided:two-sided|tail test_type / sidedness|as a {} test;^{} / done {}|kind of test
method|enum:newton:bisection:simplex:euler:gradient|method algorithm / procedure|by the {} method;using {};with the {} method / going through {}|method
technique|enum:oil:watercolor:acrylic:pastel:charcoal|technique medium / painting_way|in {};done in {} / executed in {}|technique
catering|enum:buffet:dinner:drinks:none|catering food_service / meal_service|with {} catering;with catering {} / served as {}|catering
tax_class|enum:single:married:joint:corporate|tax_class filing_status / fiscal_group|filing as {};in tax class {} / taxed as {}|tax class
detail|enum:basic:detailed:full|detail detail_level depth / thoroughness|in {} form;with {} detail;^{} / going into {} depth|level of detail
relation|enum:parent:grandparent:sibling:cousin|relation relationship / kinship|as {};on the {} side / related as {}|relation
hold_type|enum:temporary:permanent|type duration_type / lasting_kind|^{};as {} / meant as {}|type
";
pub(in crate::taskgen) const SWITCHES: &str = "
breakfast|bool|breakfast include_breakfast breakfast_included / morning_meal|+with breakfast;+including breakfast;+breakfast included;-without breakfast / +breakfast in the deal;-no breakfast wanted|breakfast included
pets|bool|pets pets_allowed pet_friendly / animals_welcome|+that allows pets;+with pets;-without pets / +where animals may stay;-with no animals around|pets allowed
nonstop|bool|nonstop direct direct_only / no_stops|+direct;+nonstop;+without stops;-stops are fine / +with no change on the way;-changes are no problem|no stops
outdoor|bool|outdoor outdoor_seating outside / open_air|+with outdoor seating;+outside;-indoors / +under the open sky;-under a roof|outdoor seating
shuffle|bool|shuffle shuffle_mode random_order / mixed_order|+on shuffle;+shuffled;-without shuffle / +in mixed order;-in the given order|random order
subtitles|bool|subtitles with_subtitles / captions_on|+with subtitles;-without subtitles / +captions switched on;-captions left out|subtitles
urgent|bool|urgent is_urgent express rush / hurry|+urgently;+it's urgent;-it's not urgent / +without any delay;-there is no hurry|urgent
in_stock|bool|in_stock only_available available / on_shelf|+in stock;+only if available;-even if not in stock / +ready on the shelf;-regardless of stock|in stock only
insured|bool|insured insurance with_insurance / protected_flag|+with insurance;+insured;-without insurance;-uninsured / +under protection;-with no protection|insured
recurring|bool|recurring is_recurring repeats / comes_back|+recurring;+as a recurring one;-not recurring;-only once / +on a repeating basis;-just this one time|recurring
done|bool|done completed is_done / accomplished|+marked as done;+completed;-not done yet;-still open / +all finished;-unfinished as of now|done
unread|bool|unread unread_only only_unread / not_opened|+only unread ones;+unread only;-including read ones / +those never opened;-opened ones as well|unread only
attachment|bool|has_attachment with_attachment attachment / file_attached|+with attachments;+with an attachment;-without attachments / +with files on it;-with no files on it|with attachment
furnished|bool|furnished is_furnished / with_furniture|+furnished;+with furniture;-unfurnished;-without furniture / +fitted with furniture;-standing empty|furnished
parking|bool|parking has_parking parking_included / car_space|+with parking;+with a parking spot;-without parking / +where cars can stay;-with no space for cars|parking
automatic|bool|automatic automatic_gearbox / auto_shift|+with automatic gearbox;+automatic;-with manual gearbox / +that shifts by itself;-with a stick shift|automatic gearbox
recursive|bool|recursive include_subfolders / deep_mode|+recursively;+including subfolders;-not recursively;-without subfolders / +down into every level;-top level only|with subfolders
overwrite|bool|overwrite replace_existing / replace_flag|+overwriting what exists;+with overwrite;-without overwriting / +replacing old ones;-keeping old ones|replace existing
draft|bool|draft is_draft as_draft / unfinished|+as a draft;-not as a draft / +in unfinished form;-in final form|draft
force_it|bool|force forced / compel|+by force;+forced;-without force / +no matter what;-only if harmless|force
formal|bool|formal formal_tone polite / courteous|+in a formal tone;+formally;-informally;-in an informal tone / +with courtesy;-in a casual voice|formal
online|bool|online is_online remote_only / via_internet|+online;-in person;-not online / +over the internet;-face to face|online
remote|bool|remote remote_ok work_from_home / away_from_office|+remote;+working remotely;-on site;-in the office / +from home;-not from home|remote
full_time|bool|full_time is_full_time / whole_day|+full-time;+in full time;-part-time / +for the whole week;-for part of the week|full time
organic|bool|organic organic_only bio / natural_only|+organic;+only organic;-not organic / +grown the natural way;-conventionally grown|organic
vaccinated|bool|vaccinated is_vaccinated / shots_given|+vaccinated;-not vaccinated;-unvaccinated / +with all shots;-lacking shots|vaccinated
avoid_tolls|bool|avoid_tolls no_tolls / toll_free|+avoiding tolls;+without tolls;-tolls are fine / +skipping paid roads;-paid roads allowed|avoid tolls
green|bool|green_energy renewable / eco_power|+with green energy;+from renewables;-without green energy / +from clean sources;-from any source|green energy
vip|bool|vip vip_access / privileged|+with VIP access;+as VIP;-without VIP access / +with every privilege;-with no privileges|VIP
two_factor|bool|two_factor require_2fa mfa / double_check|+with two-factor login;+with two factors;-without two factors / +behind a second check;-with one check alone|two factors
symbols|bool|symbols include_symbols special_chars / punctuation|+with symbols;+including symbols;-without symbols / +with punctuation in it;-letters alone|symbols
dry_run|bool|dry_run simulate test_only / rehearse|+as a dry run;+only as a test;-for real / +rehearsed only;-in earnest|dry run
double_sided|bool|double_sided duplex both_sides / two_faced|+double-sided;+on both sides;-single-sided;-on one side / +front and back;-front only|both sides
eco|bool|eco eco_friendly green / planet_kind|+eco-friendly;+in an eco-friendly way;-not eco-friendly / +kind to the planet;-by ordinary means|eco-friendly
notify|bool|notify send_notification / ping_me|+with a notification;+and notify me;-without notification / +with a ping;-with no ping|notify
";
