//! Products, foods, animals and other things that a value can name. Spaces separate entries; `_` stands for a space.

pub(in crate::taskgen) const PRODUCTS: &str = "
laptop phone tablet headphones keyboard mouse monitor printer camera tripod backpack suitcase umbrella jacket sneakers boots
scarf gloves sunglasses wristwatch necklace wallet desk armchair lamp mattress pillow blanket curtain kettle toaster blender
frying_pan coffee_machine rice_cooker vacuum_cleaner hair_dryer electric_shaver yoga_mat dumbbells bicycle scooter skateboard
tent sleeping_bag water_bottle lunch_box board_game puzzle guitar ukulele piano violin microphone drill hammer screwdriver
ladder paint_brush garden_hose flower_pot notebook fountain_pen stapler office_chair usb_cable power_bank smart_watch
wireless_earbuds gaming_console hiking_boots rain_coat winter_coat running_shoes baby_stroller car_seat dog_leash";

pub(in crate::taskgen) const FOODS: &str = "
apple banana mango pear peach cherry strawberry blueberry pineapple avocado tomato cucumber carrot potato onion garlic spinach
broccoli mushroom rice pasta bread cheese butter yogurt milk eggs chicken beef pork salmon tuna shrimp tofu lentils chickpeas
almonds walnuts oats honey chocolate coffee green_tea pizza lasagna risotto carbonara paella sushi ramen pad_thai curry tacos
burrito falafel hummus shakshuka goulash pierogi borscht pancakes waffles omelette quiche croissant tiramisu cheesecake brownie
apple_pie banana_bread tomato_soup onion_soup caesar_salad greek_salad fried_rice beef_stew fish_and_chips mushroom_risotto";

pub(in crate::taskgen) const ANIMALS: &str = "
cat dog horse cow pig goat sheep rabbit hamster parrot canary turtle lizard goldfish lion tiger leopard cheetah elephant
giraffe zebra rhino hippo gorilla lemur panda koala kangaroo wolf fox bear badger otter beaver squirrel hedgehog bat owl eagle
falcon sparrow penguin flamingo pelican swan duck goose shark dolphin whale octopus squid salmon trout crab lobster ant
bumblebee ladybug spider scorpion snake cobra python gecko frog toad newt polar_bear snow_leopard sea_turtle golden_retriever
border_collie maine_coon grey_seal red_panda";

pub(in crate::taskgen) const COLORS: &str = "
red blue green yellow orange purple pink black white gray brown silver gold beige navy teal turquoise violet crimson ivory
maroon olive coral indigo lime dark_blue light_green";

pub(in crate::taskgen) const TOPICS: &str = "
climate_change machine_learning space_travel renewable_energy world_history modern_art quantum_physics public_health
artificial_intelligence electric_cars ocean_pollution healthy_eating personal_finance remote_work cyber_security jazz
football cooking gardening photography architecture philosophy economics astronomy robotics genetics mythology urban_planning
data_privacy mental_health time_management public_speaking wildlife travel_tips interior_design coffee_culture chess tennis
cycling running meditation yoga film_history poetry science_fiction fantasy crime_novels folk_music opera street_food volcanoes
dinosaurs medieval_castles ancient_rome deep_learning blockchain game_design linear_algebra organic_chemistry marine_biology";

pub(in crate::taskgen) const GENRES: &str =
    "rock pop jazz blues classical country folk metal punk soul drama comedy thriller horror romance fantasy mystery western
documentary animation biography satire techno disco reggae";

pub(in crate::taskgen) const SYMPTOMS: &str = "
headache fever cough fatigue nausea dizziness back_pain sore_throat runny_nose chest_pain skin_rash insomnia stomach_ache
joint_pain migraine asthma diabetes anemia influenza hay_fever arthritis bronchitis";

pub(in crate::taskgen) const MEDICINES: &str =
    "ibuprofen aspirin paracetamol amoxicillin insulin metformin lisinopril cetirizine omeprazole loratadine melatonin";

pub(in crate::taskgen) const SPORTS: &str =
    "football basketball tennis volleyball hockey cricket rugby baseball golf boxing
swimming rowing cycling judo fencing archery badminton handball skiing snowboarding climbing surfing";

pub(in crate::taskgen) const MATERIALS: &str = "steel aluminum copper wood glass concrete leather cotton wool silk plastic marble granite bamboo titanium brass clay";

pub(in crate::taskgen) const UNITS: &str =
    "meters kilometers miles feet inches centimeters grams kilograms pounds ounces liters
gallons celsius fahrenheit kelvin joules watts pascals bars knots acres hectares bytes megabytes";

pub(in crate::taskgen) const EXTENSIONS: &str = "txt pdf csv png jpg docx xlsx json xml log mp3 mp4 zip md py html";

pub(in crate::taskgen) const MAIL_HOSTS: &str =
    "example.com mail.com example.org inbox.net post.io company.com work.org acme.com school.edu";

pub(in crate::taskgen) const CUISINES: &str = "Italian Thai Indian Mexican French Greek Korean Turkish Peruvian";
