//! What tools are about. One domain a line: `name | objects | verbs | parameters`.
//!
//! An object is followed by other ways to say it (`=`); a leading `~` has no plural and no article, a leading `+` is plural.
//! Verbs and parameters are keys of the tables beside this file.

pub(in crate::taskgen) const DOMAINS: &str = "
travel|hotel room, hotel, hostel, resort, holiday package, guesthouse, campsite, city tour=tour of the city|find book cancel recommend rate list compare|city country checkin checkout nights guests class max_price region_name name breakfast pets stars id
flights|flight, plane ticket, boarding pass, layover, seat upgrade=upgrade of a seat, lounge pass|find book cancel get track check|from_city to_city date return_date passengers cabin airline nonstop max_price flight_no seat bags
rail|train ticket, train connection, bus ticket, bus route, ferry crossing, shuttle, tram line|find book list get cancel|from_city to_city date time passengers class seat nonstop line
weather|~weather, weather forecast, ~humidity, wind speed, ~rainfall, storm alert, ~air quality, uv index, ~snowfall|get predict check list|city country date days temp_unit unit hourly lat lon time
dining|restaurant, dinner table=table for dinner, menu, takeaway order, bistro, brunch spot, food truck|find book order recommend rate cancel|city cuisine date time guests max_price outdoor diet name rating street
recipes|recipe, meal plan, cocktail, dessert, shopping list, smoothie, ingredient substitute=substitute for an ingredient|find create get generate share rate|dish ingredients servings diet max_calories minutes cuisine difficulty name
music|song, playlist, album, concert, podcast, radio station, music video, lyrics sheet=sheet with the lyrics|play find create get share download|title artist genre year duration count shuffle volume list_name
movies|movie, tv show, cinema ticket, documentary, trailer, film cast=cast of the film|find get recommend rate book list|title genre year rating director language city date count subtitles
library|book, novel, library loan, audiobook, magazine issue, reading list, author biography=biography of an author|find get order recommend list rate|title author genre year language format count book_title isbn
banking|bank account, credit card, bank statement, savings plan, standing order, account balance=balance of the account|get open close create check pay|account_no amount currency bank first_name start_date end_date purpose email
payments|payment, money transfer, invoice, refund request, payment link, receipt|send create pay cancel get refund|amount currency recipient purpose date id account_no email urgent
stocks|stock price, stock, portfolio, dividend, exchange rate, bond, share price=price of a share, market trend|get find track compare sell predict analyze|ticker company start_date end_date shares currency interval exchange price_limit
crypto|crypto coin, wallet balance=balance of the wallet, token swap, mining reward, blockchain fee|get track send convert check|coin amount currency address interval network
shopping|product, shopping cart, coupon, wish list, gift card, product review, bundle deal, flash sale|find order compare get create rate|product quantity color size max_price brand category sort id in_stock material
shipping|parcel, shipment, courier pickup, delivery slot, return label, shipping cost=cost of shipping|track send schedule cancel get compute|tracking_no from_city to_city weight date carrier recipient insured street zip height width
calendar|meeting, event, appointment, deadline, calendar, team call|create schedule cancel update find list|title date time duration attendees place_name note recurring notify reminder_min timezone
reminders|reminder, task, to-do list, alarm, timer, note|create delete update set list get|title date time text priority repeat list_name minutes done
email|email, email draft, newsletter, mailing list, inbox filter, email attachment|send create delete find archive get|email subject_line text cc folder sender date attachment priority unread
messaging|message, chat, channel, chat group, contact, voice call, text message|send delete create find archive get|recipient text channel time urgent members phone name
clinic|doctor appointment, prescription, lab result, vaccination, medical record, blood test, specialist|book get cancel find update schedule|patient doctor date time symptom medicine dose hospital insured age id
fitness|workout, step count, ~calorie burn, yoga class, running route, gym membership, training plan, bmi score|create get track find book compute|sport duration distance intensity level opt_weight height age gender date coach
property|apartment, house, property listing, lease, viewing, mortgage, office space, rent estimate=estimate of the rent|find compare get schedule compute rate|city bedrooms bathrooms max_price min_price area furnished zip parking street id
cars|car, parking spot, oil change, tire set, charging station, car inspection, test drive, fuel price=price of fuel|find book get compare schedule rent|city brand year fuel max_price plate mileage color date automatic days
smart_home|light, thermostat, door lock, vacuum robot, speaker, window blind, ceiling fan, air conditioner, heater|set enable disable get check schedule|room temperature brightness color mode time duration device level
files|file, folder, backup, archive, spreadsheet, presentation, disk image, text document|open delete copy move rename share find create|file folder target_folder format recursive size_mb overwrite date file_owner password
coding|repository, branch, pull request, commit, issue, build job, unit test, code snippet, release|create get merge delete list start close|repo branch author title text label version draft limit language_code
servers|server, container, database, log entry, firewall rule, ssl certificate, load balancer, dns record|start stop create delete get check reset|host_name port region_cloud memory cpu image env ip force_it version
geometry|triangle area=area of a triangle, circle circumference=circumference of a circle, cylinder volume=volume of a cylinder, rectangle perimeter=perimeter of a rectangle, sphere surface=surface of a sphere, trapezoid area=area of a trapezoid, polygon angle=angle of a polygon|compute get|base height width radius length_unit length precision sides
numbers|~prime factors=prime factors of a number, greatest common divisor, factorial, square root, logarithm, percentage, random number, fibonacci number, modulus|compute get generate check|number number_b precision limit_n base_n
algebra|equation, quadratic equation, matrix product, polynomial, derivative, integral, linear system, vector sum=sum of two vectors|solve compute draw|coef_a coef_b coef_c variable lower upper expression precision method
statistics|mean value=mean of the values, standard deviation, correlation, regression line, histogram, sample size, confidence interval, p value|compute draw get analyze|values column dataset alpha sample_n count precision group_by tail
physics|~kinetic energy, final velocity, electric field, ~density, ~momentum, wave length, free fall, ~heat loss, pressure drop|compute get predict|mass velocity height time_s force distance voltage resistance temperature gravity angle
finance|~compound interest, loan payment=payment of a loan, tax amount, tip, monthly budget=budget of the month, retirement saving, investment return=return of an investment, break-even point|compute get predict create|principal interest_rate years periods amount income currency monthly_fee tax_class
conversion|currency amount=amount of money, temperature value, time zone, length value, weight value, unit of measure, file format, color code|convert get|amount unit_from unit_to currency_from currency_to precision date
language|text, phrase, sentence, word definition=definition of a word, synonym, subtitle track, grammar error|translate get check find generate|text_quoted language_from language_to formal count
schools|course, quiz, lesson, student grade=grade of a student, exam, tutor, classroom, homework sheet|create find get schedule rate cancel|subject student teacher level date count semester duration online score
jobs|job, job posting, resume, interview, candidate, salary estimate=estimate of the salary, internship|find create get schedule reject rate|job_title company city salary_min experience remote date candidate full_time skills
staff|employee, leave request, payroll run, work shift, timesheet, training session, staff badge|create approve reject get update list|employee employee_id department date start_date end_date reason hours hold_type manager job_title salary
customers|customer, sales lead, deal, support ticket, complaint, customer profile, feedback form|create update close find assign get|customer email phone company priority status text agent id stage amount
football|match, team, player, league table, score line, season ticket, transfer rumor, player ranking|get find list predict compare track|team opponent player league season date count stat venue player_team
gaming|game, character, guild, quest, leaderboard, game save, magic item, game server, skin|create find join get delete list order|game player_name level class_rpg score platform count weapon level_n team_size
photos|photo, photo album, portrait, thumbnail, photo filter, image collage, screenshot, sticker|create download share delete find print|file width height order_dir format caption quality color tags count
social|post, comment, user profile, follower list, hashtag, poll, story, friend request|create delete get share find report|username text tags visibility platform count post_id image schedule_at
news|article, headline, press release, news feed, editorial, interview transcript, weekly column|find get summarize list share translate|topic source url language_name country start_date end_date count category sort
law|contract, court case, patent, trademark, law firm, statute, legal notice, witness list|find get create check summarize|case_no party_a party_b jurisdiction year lawyer topic detail start_date
office|passport, visa, building permit, tax return, license plate, birth certificate, voting card, parking fine|get pay create update check cancel|first_name last_name birth_date country passport_no street zip reason fee
garden|plant, watering plan, flower seed, lawn mower, greenhouse, fruit tree, compost bin, soil test|find create get schedule order measure|plant garden_spot liters date frequency area soil sunlight depth organic count
pets|dog walker, vet visit, pet sitter, pet adoption, dog kennel, ~pet food, ~cat litter|find book schedule order cancel rate|pet_name animal breed age_n date city weight vaccinated duration brand gender
science|experiment, lab sample, dataset, molecule, telescope image, research paper, gene sequence, chemical reaction|analyze find create get archive start|dataset sample_id topic author year temperature method repeats volume_ml precision journal
geography|population, capital city, country border, river, mountain, ~elevation, road distance=distance by road, travel route, map|get find compute list compare|country city from_city to_city year unit_system travel_mode limit avoid_tolls state
history|historical event, monarch, battle, artifact, dynasty, archaeological site, treaty|find get list compare summarize|year country person_name era count topic language_name detail
energy|electricity bill, solar panel, meter reading, battery, power plant, heat pump, energy tariff|get pay compare install check upload compute|meter_no kwh provider address_line amount tariff month roof_area green
farming|crop, harvest, tractor, soil sample, cattle herd, irrigation pump, seed order, pesticide|schedule get predict order start measure|crop field acres date liters season fertilizer yield soil machine depth
parties|conference, wedding, birthday party, event ticket, event venue, workshop, catering, guest list|book create find cancel schedule invite|name date place_name guests budget theme city catering duration host vip
insurance|insurance policy, insurance claim, insurance quote, premium, damage report|create get compare cancel upload check|policy_no claim_amount coverage age start_date incident_date vehicle deductible text first_name
art|painting, sculpture, art gallery, artist, art auction, art exhibition, museum visit|find get book list create rate|title artist era style material city date price_limit museum technique
security|password, user account, access token, security scan, vulnerability, login attempt, api key|reset create check delete enable list|username email length_n url token_days ip two_factor symbols scope host
cloud_data|data table, sql query, report, dashboard, data source, data stream, pivot chart|create get export delete update start|table_name columns limit order_dir sort format start_date end_date owner dry_run title
printing|print job, business card, flyer, poster, photo print, banner print, label roll|order create cancel get print|copies paper color model file double_sided size title width height deadline
robots|robot arm, drone, conveyor belt, warehouse robot, gripper, robot camera|start stop move set get repair|robot_id speed direction angle duration mode target payload altitude loop_mode
taxi|taxi, ride, bike rental=rental bike, scooter, carpool seat, airport transfer|book cancel find track rent rate|pickup dropoff time passengers phone car_type max_price driver luggage
childcare|babysitter, playground, kindergarten, bedtime story, toy, school bus|find book rate order get generate|child_name age_n city date time hours_n max_price language_name topic
cleaning|cleaning service, laundry pickup, ~window cleaning, carpet wash, trash pickup|book cancel schedule get rate|street date time rooms frequency pets eco hours_n note
television|tv channel, tv program, recording, streaming plan, sports broadcast, film night|play find create cancel list get|channel title date time duration quality genre subtitles language_name
math_games|dice roll, coin flip, card hand, lottery number, bingo sheet, crossword|generate play create get check|count sides players seed difficulty theme min_n max_n
";
