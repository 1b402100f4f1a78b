//! Kinds of parameters. One a line: `key | kind | names / held out | phrases / held out | meaning`.
//!
//! A name may hold `$`, the tool's object. A phrase holds the value at `{}` and is appended to the order; `@` before it: it
//! stands for the object (`{d}` object with determiner, `{p}` bare object); `^`: it precedes the object as an adjective;
//! `+` and `-` (booleans): it means true or false. See `kind.rs` for kinds.

pub(in crate::taskgen) const PLACES: &str = "
city|city|city location place town destination city_name / municipality whereabouts locality metropolis|in {};around {};near {};in the city of {} / over in {};within {};somewhere around {}|city
country|country|country nation country_name / homeland realm state_name|in {};from {};for {} / within {};throughout {}|country
state|state|state province / federal_state canton|in the state of {};in {} / somewhere in {}|state or province
region|region|region area district zone / territory neighborhood sector|in the {} region;in {} / across {};throughout the {} area|region
from_city|city|from_city origin departure_city source from start_city / leaving_from embark_city point_of_departure|from {};leaving from {};departing from {} / starting out in {};beginning the trip in {}|city of departure
to_city|city|to_city destination arrival_city target_city to end_city / heading_to final_stop goal_city|to {};going to {};arriving in {} / bound for {};headed for {}|city of arrival
street|address|street address street_name / thoroughfare roadside|on {};at {} / over on {};at the roadside of {}|street
address_line|address|address home_address address_line / residence domicile|at {};with the address {} / residing at {}|postal address
zip|digits:5|zip zip_code postal_code postcode / mail_code area_code|in zip code {};with postal code {};zip {} / in the postal zone {}|postal code
lat|dec:-89:89:2|latitude lat / lat_deg north_south|at latitude {};latitude {} / on the {} parallel|latitude
lon|dec:-179:179:2|longitude lon lng / lon_deg east_west|and longitude {};longitude {} / on the {} meridian|longitude
place_name|title|venue place_name location / spot site_name|at {};in the {} / over at the {}|place
venue|title|venue stadium ground / arena playing_site|at {};in the {} stadium / over at {}|venue
pickup|address|pickup pickup_location from start_point / collect_at boarding_point|from {};picking me up at {} / collecting me at {}|pickup place
dropoff|address|dropoff dropoff_location to end_point / let_out_at ride_target|to {};dropping me off at {} / bringing me to {}|drop-off place
room|enum:kitchen:bedroom:bathroom:hallway:office:garage:living room:attic|room room_name / chamber area_name|in the {};for the {} / over in the {}|room
garden_spot|enum:balcony:terrace:front yard:backyard:rooftop:patio|garden_spot plot garden_area / bed_site corner_name|on the {};for the {} / out on the {}|spot in the garden
field|word|field field_name parcel_name / acreage_name meadow_id|on field {};in the {} field / over on {}|field
hospital|title|hospital clinic clinic_name / infirmary care_center|at {};in the {} hospital / over at {}|hospital
museum|title|museum gallery_name museum_name / exhibition_hall art_house|at the {};in the {} museum / on display at {}|museum
building|title|building building_name / edifice tower_block|in {};at building {} / inside {}|building
timezone|enum:UTC:CET:EST:PST:GMT:IST:JST|timezone time_zone tz / clock_zone utc_zone|in {} time;in time zone {} / by {} clocks|time zone
jurisdiction|state|jurisdiction court_state / legal_area venue_state|in {};under the law of {} / within {} law|jurisdiction
exchange|enum:NASDAQ:NYSE:LSE:TSE:XETRA|exchange market stock_exchange / bourse trading_floor|on {};listed on {} / traded on {}|stock exchange
";
pub(in crate::taskgen) const TIMES: &str = "
date|date|date day on_date $_date event_date / calendar_day when_day scheduled_for|on {};for {};dated {} / come {};as of {}|date
time|time|time at_time start_time $_time / clock_time hour_mark begins_at|at {};from {} on / at around {};by {} sharp|time of day
checkin|date|check_in checkin_date arrival_date start_date / stay_begins moving_in|from {};checking in on {};arriving on {} / moving in {}|first day
checkout|date|check_out checkout_date departure_date end_date / stay_ends moving_out|until {};checking out on {};leaving on {} / all the way to {}|last day
return_date|date|return_date return_on back_date / way_back homecoming|returning on {};back on {} / coming home {}|day of return
start_date|date|start_date from_date begin_date since / beginning_on period_start|from {};starting on {};starting {};since {} / beginning {};from {} onward|first day
end_date|date|end_date to_date until / ending_on period_end|to {};until {};ending on {} / through {};right up to {}|last day
birth_date|date|birth_date date_of_birth birthday / born_on nativity|born on {};with birth date {} / who came to the world on {}|date of birth
incident_date|date|incident_date accident_date / mishap_day happened_on|that happened on {};from {} / which took place {}|day of the incident
deadline|date|deadline due_date due / latest_by finish_before|by {};due {};until {} / no later than {}|last day
schedule_at|datetime|schedule_at publish_at / goes_live_at release_moment|at {};scheduled for {} / going live {}|time to publish
year|int:1950:2030|year in_year / calendar_year annum|in {};from {};for the year {} / back in {};of the year {}|year
era|enum:ancient:medieval:renaissance:baroque:modern|era period epoch / age_span historic_time|from the {} era;in the {} period / out of {} times|era
season|enum:spring:summer:autumn:winter|season time_of_year / part_of_year|in {};for the {} season / come {}|season
month|enum:January:February:March:April:May:June:July:August:September:October:November:December|month billing_month / calendar_month|in {};for {} / all through {}|month
semester|enum:spring:fall:winter:summer|semester term / study_term half_year|in the {} semester;for the {} term / over the {} half|semester
nights|int:1:14|nights num_nights stay_length number_of_nights / overnights sleepovers|for {} nights;staying {} nights / spending {} nights|number of nights
days|int:1:14|days num_days day_count forecast_days / daily_span day_span|for {} days;for the next {} days;{} days ahead / covering {} days|number of days
duration|int:5:180|duration duration_minutes length_minutes minutes / time_span lasting_min|for {} minutes;lasting {} minutes / taking {} minutes;over {} minutes|length in minutes
minutes|int:5:120|minutes max_minutes prep_time / minute_limit cook_span|in under {} minutes;within {} minutes;for {} minutes / taking {} minutes|minutes
hours|int:1:24|hours num_hours total_hours / hour_count clocked_hours|with {} hours;for {} hours / amounting to {} hours|number of hours
hours_n|int:1:12|hours num_hours / hour_count|for {} hours / spanning {} hours|number of hours
years|int:1:40|years num_years term_years period / yearly_span annuity_len|for {} years;over {} years / spanning {} years|number of years
time_s|int:1:600|time seconds duration_s / elapsed_s tick_count|for {} seconds;after {} seconds / over {} seconds|time in seconds
interval|enum:hourly:daily:weekly:monthly|interval frequency granularity / time_step sampling|at a {} interval;on a {} basis / in {} steps|interval
frequency|enum:daily:weekly:monthly:twice a week:every other day|frequency how_often / recurrence rhythm|{};on a {} basis / with {} repetition|frequency
repeat|enum:never:daily:weekly:monthly:yearly|repeat repetition / cycle_mode|repeating {};repeated {} / recurring {}|repetition
reminder_min|int:5:60|reminder_minutes remind_before / heads_up_min alert_lead|with a reminder {} minutes before;reminding me {} minutes ahead / alerting me {} minutes early|minutes before
age|int:1:99|age age_years / years_old lifetime|aged {};at age {};{} years old / who is {} years of age|age in years
age_n|int:1:16|age age_years / years_old|aged {};{} years old / {} years of age|age
experience|int:1:20|experience years_experience / career_years seniority|with {} years of experience / seasoned by {} years|years of experience
token_days|int:1:365|days valid_days expires_in_days / lifetime_days validity|valid for {} days;expiring in {} days / good for {} days|days of validity
";
pub(in crate::taskgen) const NUMBERS: &str = "
guests|int:1:12|guests people party_size num_guests persons / headcount diners|for {} people;for {} guests;for {} / seating {};to host {} persons|number of guests
passengers|int:1:9|passengers travelers num_passengers seats / riders pax|for {} passengers;for {} people;for {} / carrying {} riders|number of passengers
attendees|list:first|attendees participants invitees / joiners people_present|with {};inviting {} / in the company of {}|people taking part
members|list:first|members users participants / insiders comrades|with {};including {} / made up of {}|members
cc|list:email|cc copy_to / also_to carbon_copy|with {} in cc;copying {} / keeping {} in the loop|further recipients
count|int:1:50|count limit num_results max_results number top_n / how_many quantity_wanted result_cap|limited to {};with at most {} results;showing {} results;top {} / capped at {};no more than {} of them|number of results
limit|int:1:200|limit max_rows page_size / row_cap ceiling|limited to {};with at most {} entries / capped at {}|largest number
servings|int:1:12|servings portions serves / plates helpings|for {} people;for {} servings;with {} portions / feeding {}|number of servings
quantity|int:1:30|quantity qty amount units / piece_count how_many_units|{} times;in quantity {};{} units / {} pieces of it|number of items
copies|int:1:500|copies num_copies quantity / print_run duplicates_wanted|in {} copies;{} copies / running {} prints|number of copies
bedrooms|int:1:6|bedrooms num_bedrooms rooms / sleeping_rooms beds_wanted|with {} bedrooms / having {} places to sleep|number of bedrooms
bathrooms|int:1:4|bathrooms baths / washrooms|with {} bathrooms;and {} baths / having {} washrooms|number of bathrooms
rooms|int:1:8|rooms num_rooms room_count / chambers|with {} rooms;for {} rooms / covering {} rooms|number of rooms
bags|int:1:4|bags luggage checked_bags / suitcases_n baggage_count|with {} bags;with {} checked bags / carrying {} suitcases|pieces of luggage
luggage|int:1:5|luggage bags / suitcases_n|with {} bags;with {} pieces of luggage / hauling {} suitcases|pieces of luggage
max_price|money:10:900|max_price budget price_limit max_cost / spending_cap affordable_up_to|under {};for at most {};with a budget of {};below {};up to {} / costing no more than {};within {}|highest price
min_price|money:10:900|min_price price_from lowest_price / spending_floor cheapest_allowed|from {} up;for at least {};above {} / costing no less than {}|lowest price
price_limit|money:10:9000|price_limit max_price limit_price bid / top_offer price_barrier|up to {};at a price of {};below {} / for no more than {}|price limit
budget|money:50:9000|budget total_budget max_budget / funds spending_pot|with a budget of {};on a budget of {} / with {} to spend|budget
amount|money:5:5000|amount sum value total / cash_sum how_much|of {};for {};amounting to {} / to the tune of {};worth {}|amount
claim_amount|money:50:9000|amount claim_amount damage_sum / loss_value|over {};for {} / to the tune of {}|amount claimed
coverage|money:1000:90000|coverage insured_sum cover_amount / protection_level_n|covering {};with coverage of {} / insured up to {}|sum insured
deductible|money:50:2000|deductible own_share / self_paid|with a deductible of {} / with {} carried by me|deductible
fee|money:5:300|fee charge / levy_amount|with a fee of {};for a fee of {} / charged at {}|fee
income|money:10000:200000|income annual_income yearly_income / earnings pay_per_year|with an income of {};on an income of {} / earning {}|yearly income
salary|money:20000:150000|salary pay wage / remuneration|with a salary of {};at {} a year / paid {} yearly|salary
salary_min|money:20000:150000|min_salary salary_from / pay_floor|paying at least {};from {} a year / with no less than {} yearly|lowest salary
principal|money:100:50000|principal amount initial_amount deposit / starting_capital base_sum|on {};for {};with a principal of {} / from an initial {}|initial sum
monthly_fee|money:10:900|monthly_payment monthly_deposit / rate_per_month|paying {} a month;with {} per month / at {} monthly|monthly payment
tariff|dec:0:1:2|price_per_kwh tariff / unit_charge|at {} per kwh;at a tariff of {} / charged {} per unit|price per kilowatt-hour
interest_rate|dec:0:15:2|interest_rate rate annual_rate / yearly_yield percent_pa|at {} percent;at an interest rate of {};at {}% / bearing {} percent|yearly rate in percent
periods|int:1:24|periods compounds_per_year n / intervals_n|with {} periods;compounded {} times a year / counting {} intervals|number of periods
shares|int:1:500|shares num_shares quantity / stock_units|{} shares;for {} shares / a lot of {} shares|number of shares
coin|enum:bitcoin:ethereum:dogecoin:litecoin:solana|coin crypto symbol / digital_coin asset_name|in {};for {} / denominated in {}|coin
yield|int:1:90|yield expected_yield / crop_output|with a yield of {};yielding {} tons / producing {} tons|yield in tons
kwh|int:50:6000|kwh consumption energy_kwh / power_used|for {} kwh;with {} kwh / burning {} kwh|energy in kilowatt-hours
roof_area|int:10:300|roof_area area_m2 / panel_surface|on {} square meters;with a roof of {} square meters / spread over {} square meters|area of the roof
area|int:10:900|area size_m2 square_meters / surface_sqm floor_space|with {} square meters;of {} square meters / spread over {} square meters|area in square meters
acres|int:1:400|acres field_size / land_extent|over {} acres;of {} acres / spread across {} acres|area in acres
liters|int:1:90|liters volume amount_l / litre_count fluid_vol|with {} liters;of {} liters / amounting to {} liters|volume in liters
volume_ml|int:1:900|volume volume_ml / fluid_ml|with {} ml;of {} milliliters / drawing {} ml|volume in milliliters
weight|dec:1:90:1|weight weight_kg kg / heaviness bulk_kg|weighing {} kg;of {} kg;with a weight of {} kg / that tips the scale at {} kg|weight in kilograms
payload|dec:0:20:1|payload load_kg / carried_mass|carrying {} kg;with a payload of {} kg / hauling {} kg|load in kilograms
mass|dec:1:90:1|mass mass_kg m / body_mass kilos|with a mass of {};of {} kg;weighing {} kg / whose mass is {}|mass in kilograms
velocity|int:1:300|velocity speed v initial_velocity / pace_ms quickness|moving at {} m/s;at a speed of {};with velocity {} / racing at {} m/s|velocity in m/s
speed|int:1:120|speed velocity max_speed / swiftness rate_of_travel|at {} km/h;at speed {};with a speed of {} / going {} km/h|speed
force|int:1:900|force force_n newtons / push_strength|under a force of {};with {} newtons / pushed by {} newtons|force in newtons
voltage|int:1:400|voltage volts / potential_diff|at {} volts;with a voltage of {} / fed by {} volts|voltage
resistance|int:1:900|resistance ohms / ohmic_value|with {} ohms;across {} ohms / opposed by {} ohms|resistance in ohms
gravity|dec:1:25:2|gravity g gravitational_acceleration / pull_strength|under gravity {};with gravity {} / with a pull of {}|acceleration of gravity
angle|int:1:180|angle degrees rotation / tilt_deg slant|at an angle of {};at {} degrees;by {} degrees / tilted by {} degrees|angle in degrees
distance|int:1:900|distance distance_km length_km / range_km how_far|over {} km;for {} kilometers;of {} km / spanning {} kilometers|distance in kilometers
height|dec:1:90:1|height h altitude / elevation_n tallness|with a height of {};with height {};{} high / standing {} tall|height
width|dec:1:90:1|width w / breadth across|with a width of {};with width {};{} wide / {} from side to side|width
length|dec:1:90:1|length l side / extent long_side|with a length of {};with length {};{} long / {} from end to end|length
base|dec:1:90:1|base b base_length / bottom_side|with a base of {};with base {} / resting on a base of {}|length of the base
radius|dec:1:90:1|radius r / half_diameter|with a radius of {};with radius {};of radius {} / {} from center to rim|radius
depth|int:1:90|depth depth_cm / deepness|at a depth of {} cm;{} cm deep / {} cm below ground|depth in centimeters
altitude|int:5:120|altitude flight_height / hover_level|at an altitude of {} meters;{} meters up / {} meters above ground|altitude in meters
sides|int:3:20|sides num_sides / edge_total|with {} sides / having {} edges|number of sides
precision|int:1:8|precision decimals decimal_places digits / rounding fraction_digits|rounded to {} decimals;with {} decimal places / kept to {} places|decimal places
number|int:2:999|number n value / given_integer operand|of {};for {};for the number {} / taken of {}|number
number_b|int:2:999|number_b second_number b / other_operand|and {};with second number {} / paired with {}|second number
limit_n|int:2:300|limit max_value upper_limit / top_bound|up to {};with a limit of {} / not beyond {}|largest value
base_n|int:2:16|base radix / numeral_base|in base {};to base {} / on the radix {}|base
min_n|int:1:50|min minimum min_value low / floor_value|from {};with a minimum of {} / not below {}|smallest value
max_n|int:60:999|max maximum max_value high / roof_value|to {};with a maximum of {} / not above {}|largest value
coef_a|int:-20:20|a coef_a coefficient_a / lead_coef|with a = {};with a {} / with {} as a|first coefficient
coef_b|int:-20:20|b coef_b coefficient_b / mid_coef|with b = {};b = {} / with {} as b|second coefficient
coef_c|int:-20:20|c coef_c constant / tail_coef|and c = {};c = {} / with {} as c|constant term
lower|int:-20:5|lower lower_bound start / low_end|from {};with a lower bound of {} / beginning at {}|lower bound
upper|int:6:60|upper upper_bound end / high_end|to {};with an upper bound of {} / ending at {}|upper bound
values|ints|values numbers data / figures measurements|of {};for {};for the values {} / taken over {}|numbers
alpha|dec:0:1:2|alpha significance confidence / error_level|at level {};with alpha {} / with an error of {}|level
dose|int:5:900|dose dose_mg dosage / milligrams|at {} mg;with a dose of {} mg / in portions of {} mg|dose in milligrams
max_calories|int:100:900|max_calories calories_limit max_kcal / energy_cap|under {} calories;with at most {} calories / not above {} kcal|most calories
temperature|int:5:90|temperature temp degrees / heat_level warmth|at {} degrees;to {} degrees / warmed to {} degrees|temperature
brightness|int:1:100|brightness dim_level / glow luminance|at {} percent brightness;to {} percent / glowing at {} percent|brightness in percent
volume|int:1:100|volume volume_level / loudness|at volume {};with the volume at {} / as loud as {}|volume
rating|dec:1:5:1|rating min_rating score stars / star_score approval|rated {};with a rating of {};rated at least {} / scoring {} stars|rating
stars|int:1:5|stars rating star_rating / star_grade|with {} stars;rated {} stars / of {} stars|number of stars
score|int:0:100|score points grade / tally_n|with a score of {};with {} points / reaching {} points|score
level_n|int:1:60|level player_level / tier_n|at level {};level {} / up to tier {}|level
team_size|int:2:8|team_size num_players / squad_count|with {} players;in teams of {} / in squads of {}|players in a team
players|int:2:10|players num_players / participants_n|for {} players;with {} players / among {} players|number of players
seed|int:1:999|seed random_seed / entropy_start|with seed {};from seed {} / sown with {}|random seed
memory|int:1:256|memory memory_gb ram / working_memory|with {} GB of memory;with {} GB / given {} GB|memory in GB
cpu|int:1:64|cpu cpus cores / processors|with {} cores;with {} CPUs / given {} processors|number of cores
port|int:20:9999|port port_number / socket_no|on port {};at port {} / behind port {}|port
size_mb|int:1:900|max_size size_mb / bulk_mb|under {} MB;up to {} MB / no bigger than {} MB|size in MB
length_n|int:6:64|length num_chars / char_count|with {} characters;of length {} / spanning {} characters|number of characters
repeats|int:2:20|repeats runs trials / rerun_count|with {} repeats;in {} runs / done {} times over|number of runs
sample_n|int:5:900|sample_size n_samples / drawn_items|with a sample of {};from {} samples / over {} items|size of the sample
floor|int:1:60|floor floor_number / storey_no|on floor {};on level {} / at storey {}|floor
mileage|int:1000:90000|mileage max_mileage km_driven / odometer|with {} km;with a mileage of {} / having run {} km|kilometers driven
magnitude|dec:0:9:1|magnitude min_magnitude / brightness_class|of magnitude {};with magnitude {} / shining at {}|magnitude
alcohol|dec:1:14:1|alcohol abv / strength_pct|with {} percent alcohol;at {} percent / brewed to {} percent|alcohol in percent
concentration|dec:0:9:2|concentration molarity / solute_share|at a concentration of {};with {} mol / diluted to {}|concentration
opt_weight|int:40:120|weight body_weight / body_kilos|weighing {} kg;at {} kg / who weighs in at {} kg|weight in kilograms
hourly|bool|hourly include_hourly hourly_data / per_hour|+with hourly data;+hour by hour;-without hourly data / +broken down by the hour;-not by the hour|hourly values
";
