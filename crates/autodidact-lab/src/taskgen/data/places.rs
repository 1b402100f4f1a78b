//! Names of places, languages and currencies. Words are separated by spaces; `_` stands for a space inside an entry.

pub(in crate::taskgen) const CITIES: &str = "
Paris London Berlin Madrid Rome Vienna Prague Warsaw Budapest Lisbon Dublin Oslo Helsinki Stockholm Copenhagen Amsterdam
Brussels Zurich Geneva Basel Munich Hamburg Cologne Dresden Leipzig Lyon Marseille Nice Toulouse Bordeaux Milan Turin Naples
Venice Florence Bologna Palermo Barcelona Valencia Seville Bilbao Porto Athens Sofia Bucharest Belgrade Zagreb Krakow Gdansk
Riga Vilnius Tallinn Kyiv Lviv Istanbul Ankara Izmir Cairo Casablanca Tunis Lagos Nairobi Accra Dakar Cape_Town Durban Dubai
Doha Riyadh Amman Beirut Tehran Karachi Lahore Delhi Mumbai Chennai Kolkata Pune Jaipur Dhaka Colombo Kathmandu Bangkok Hanoi
Jakarta Manila Singapore Kuala_Lumpur Taipei Seoul Busan Tokyo Osaka Kyoto Nagoya Sapporo Beijing Shanghai Shenzhen Hong_Kong
Sydney Melbourne Brisbane Perth Adelaide Auckland Wellington Honolulu Seattle Portland San_Francisco Los_Angeles San_Diego
Las_Vegas Phoenix Denver Dallas Houston Austin Chicago Detroit Boston New_York Philadelphia Baltimore Washington Atlanta Miami
Orlando Tampa New_Orleans Nashville Memphis St._Louis Kansas_City Minneapolis Cleveland Pittsburgh Salt_Lake_City Toronto
Montreal Vancouver Calgary Ottawa Quebec_City Mexico_City Cancun Havana Bogota Lima Quito Santiago Buenos_Aires Montevideo
Sao_Paulo Rio_de_Janeiro Recife Brasilia Caracas Panama_City Reykjavik Edinburgh Glasgow Manchester Liverpool Leeds Bristol
Oxford Cambridge York Bath Cardiff Belfast Cork Galway";

pub(in crate::taskgen) const COUNTRIES: &str = "
France Germany Spain Italy Portugal Austria Switzerland Poland Hungary Greece Norway Sweden Denmark Finland Iceland Ireland
Belgium Netherlands Croatia Serbia Romania Bulgaria Turkey Egypt Morocco Tunisia Kenya Nigeria Ghana Ethiopia Senegal Tanzania
South_Africa Namibia India Pakistan Nepal Bangladesh Sri_Lanka Thailand Vietnam Cambodia Malaysia Indonesia Philippines Japan
China South_Korea Taiwan Mongolia Australia New_Zealand Fiji Canada Mexico Cuba Jamaica Panama Colombia Peru Ecuador Bolivia
Chile Argentina Uruguay Brazil Paraguay Venezuela Jordan Lebanon Israel Qatar Oman Georgia Armenia Estonia Latvia Lithuania";

pub(in crate::taskgen) const STATES: &str = "
California Texas Florida Ohio Nevada Oregon Utah Maine Vermont Georgia Virginia Alabama Kansas Iowa Bavaria Saxony Tuscany
Catalonia Provence Normandy Scotland Wales Ontario Alberta Queensland Victoria Kerala Punjab Hokkaido Yucatan";

pub(in crate::taskgen) const STREETS: &str = "Oak Maple Cedar Pine Elm River Lake Hill Park Church Mill High King Queen Station Garden Spring Forest Market Bridge";

pub(in crate::taskgen) const STREET_ENDINGS: &str = "Street Avenue Road Lane Drive St Ave Way";

pub(in crate::taskgen) const LANGUAGES: &str = "
English French German Spanish Italian Portuguese Dutch Swedish Norwegian Danish Finnish Polish Czech Hungarian Greek Turkish
Arabic Hebrew Persian Hindi Urdu Bengali Tamil Thai Vietnamese Indonesian Japanese Korean Chinese Russian Ukrainian Romanian
Swahili Latin Welsh Irish Catalan Basque Icelandic Latvian";

pub(in crate::taskgen) const CURRENCIES: &str =
    "USD EUR GBP JPY CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF INR CNY KRW BRL MXN ZAR TRY SGD HKD THB ILS";

pub(in crate::taskgen) const TICKERS: &str =
    "AAPL GOOG MSFT AMZN TSLA NFLX INTC NVDA ORCL IBM SAP SHEL NKE DIS BA GE F GM T KO PEP MCD SBUX UBER META AMD QCOM";
