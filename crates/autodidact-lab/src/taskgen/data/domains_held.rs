//! Domains that no training tool is about. Same format as `domains.rs`; the verbs and parameter keys are shared, the names
//! that they take come from the held-out halves.

pub(in crate::taskgen) const HELD_DOMAINS: &str = "
astronomy|planet, eclipse, meteor shower, asteroid, star chart, moon phase=phase of the moon, observatory slot, constellation|find get track predict book list|name date city lat lon magnitude count time duration
beekeeping|beehive, honey batch, queen bee, bee swarm, hive inspection, ~nectar flow|inspect create get measure sell schedule|id garden_spot weight date frequency temperature note count
maritime|cargo ship, harbor berth, tide table, lighthouse, sailing crew, container crane, sea chart|find track book get assign|name from_city to_city date weight speed height members flight_no
genealogy|ancestor, family tree, birth record, marriage record, surname origin=origin of a surname, census page|find create get export list|first_name last_name birth_date country year file relation count
brewing|beer keg, brew batch, hop variety, fermentation tank, ~yeast culture, tasting panel|start get order measure create rate|name liters temperature duration date alcohol style count
chess|chess opening, chess puzzle, endgame study, chess rating, grandmaster, checkmate pattern|find get analyze generate compare|player level count color time_s difficulty title year
fashion|evening dress, outfit, wardrobe, fabric swatch, handbag, tailor fitting, runway show|find order recommend rent book rate|size color material max_price brand date style city
buildings|elevator, boiler room, fire alarm, staircase, ~floor heating, roof antenna, facility badge|inspect repair enable disable get check|building floor date technician mode level note device
mining|ore sample, drill rig, mine tunnel, gemstone, blasting permit, mineral map|analyze start get find approve|id depth weight region date machine mass material
chemistry|reagent, titration, catalyst, ~acidity, melting point, solvent mix, crystal lattice|compute find measure order get|substance mass volume_ml temperature precision concentration quantity
theatre|stage play, rehearsal, costume, script page, theatre seat, puppet show, opera night|book schedule find cancel create|title director date time seat room guests genre note
rescue|ambulance, rescue team, fire hydrant, emergency shelter, evacuation route, flood warning|send find track list get|street city patient severity count phone time lat lon
wine|wine bottle, vineyard, grape variety, cellar rack, sommelier, wine tasting|find order rate book recommend sell|name year country max_price quantity guests style color
knitting|knitting pattern, yarn ball, sweater, crochet stitch, quilt, needle set|find order create get share|color size material count difficulty title minutes
camping|mountain hut, hiking trail, kayak, ski pass, climbing wall, fishing license|find book rent get rate|region date guests distance difficulty max_price duration name pets
archery_club|archery range, club trophy, referee, fencing duel, judo belt, rowing regatta|book find create list rate|player date level city time team count
dentistry|dental crown, ~tooth whitening, dental xray, braces adjustment, hygienist|schedule get cancel find approve|patient doctor date time insured note max_price
orchestra|symphony, string quartet, choir rehearsal, ~sheet music, conductor, grand piano tuning|find book schedule play list|title artist date place_name duration guests year
";
