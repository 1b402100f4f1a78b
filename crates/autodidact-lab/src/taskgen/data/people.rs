//! Names of people, companies and teams, and jobs. Words are separated by spaces; `_` stands for a space inside an entry.

pub(in crate::taskgen) const FIRST_NAMES: &str = "
Aaron Abigail Adam Adele Aisha Alan Albert Alejandra Alice Alina Amara Amelia Amir Amy Ana Andre Andrea Anita Anna Anton Anya
Arjun Astrid Aurora Ava Bastian Beatriz Ben Bianca Boris Brenda Brian Bruno Caleb Camila Carla Carlos Carmen Cecilia Chen
Chiara Chloe Claire Clara Colin Connor Daisy Damian Dana Daniel Daria Dario David Deborah Diego Dmitri Dora Edgar Eduardo
Eleanor Elena Eli Elias Elif Elisa Ella Emil Emily Emma Enrique Eric Erika Esther Ethan Eva Fatima Felix Fiona Florence Frank
Freya Gabriel Gemma George Gina Giulia Grace Greta Hana Hannah Harold Harriet Hassan Hector Helen Henrik Hiro Hugo Ian Ibrahim
Ida Ines Ingrid Irene Iris Isaac Isabel Ivan Ivy Jack Jacob Jada James Jamila Jan Jasmine Javier Jenna Joel Johan Jonas Jorge
Josephine Juan Judith Julia Kaito Karim Karl Kasper Kate Keiko Kenji Kevin Kira Lars Laura Layla Lea Leila Lena Leo Leona
Liam Lidia Lily Linda Louis Lucas Lucia Luis Luna Magnus Maja Malik Marco Maria Marta Martin Mateo Matilda Maya Mei Mia
Mila Milan Milo Miriam Mohammed Mona Nadia Naomi Natasha Nathan Nico Nina Noah Nora Odette Olga Oliver Olivia Omar Oscar Otto
Pablo Paula Pedro Penelope Peter Petra Philip Priya Quentin Rachel Rafael Rahul Ramona Raya Rebecca Ricardo Rita Robert Rosa
Rowan Ruby Rupert Ruth Sadia Samir Samuel Sandra Sara Sasha Sean Selma Simon Sofia Stella Stefan Sunita Sven Sylvia Tamara
Tara Theo Thomas Tim Tobias Tomas Uma Ursula Valentin Vera Victor Viola Vivian Walter Wanda Wei William Xavier Yara Yasmin
Yuki Yusuf Zane Zara Zoe";

pub(in crate::taskgen) const SURNAMES: &str = "
Abbott Adler Aguilar Ahmed Alvarez Andersen Archer Bailey Baker Banerjee Barnes Bauer Becker Bennett Berg Bianchi Bishop Blake
Bond Booth Bowen Brandt Brooks Burke Byrne Caldwell Campbell Cardoso Carter Castillo Chandra Chang Clarke Cohen Conti Cooper
Costa Cruz Dalton Davies Dawson Delgado Diaz Dixon Donovan Duarte Dubois Dumont Duncan Eaton Eklund Ellis Engel Eriksen Evans
Farrell Ferrari Fischer Fleming Flores Foster Fox Franco Fraser Fuchs Fuentes Gallagher Garcia Gibson Gomez Graham Grant Gray
Greene Gupta Haas Hale Hansen Harper Hayes Herrera Hoffman Holm Holt Hughes Hunt Ibarra Iyer Jackson Jansen Jensen Johnson
Jordan Kapoor Kaufman Keller Kelly Khan Kim Klein Kovac Kowalski Kumar Lambert Lang Larsen Laurent Lee Lind Lopez Lund Maier
Malone Marin Marsh Martinez Mason Mehta Mendoza Meyer Miller Moreau Morgan Moretti Morris Murphy Nakamura Nash Navarro Nguyen
Nilsen Nolan Novak Okafor Olsen Ortega Osman Owens Palmer Park Patel Pereira Peters Porter Price Quinn Ramos Rao Reed Reyes
Ricci Rivera Robinson Romano Rossi Roth Russo Ryan Saito Salazar Sanders Santos Sato Schmidt Schultz Sharma Shaw Silva Singh
Soto Stein Stone Suzuki Tanaka Taylor Thomsen Torres Turner Vargas Vega Vogel Wagner Walsh Ward Watts Weber Wells West Wolf
Wong Wright Yamada Yang Young Zhang Ziegler";

pub(in crate::taskgen) const COMPANIES: &str = "
Apple Google Microsoft Amazon Tesla Netflix Intel Nvidia Samsung Sony Toyota Honda Siemens Bosch Nestle Unilever Pfizer Bayer
Boeing Airbus IBM Oracle Adobe Spotify Uber Airbnb Nike Adidas Puma Lego Ikea Volvo Ford BMW Audi Shell Visa Mastercard PayPal
Starbucks Pepsi Danone Philips Nokia Ericsson Canon Nikon Hitachi Panasonic Sharp Lenovo Dell Cisco Logitech Garmin Fitbit
Walmart Target Costco Tesco Aldi Carrefour Zara Gucci Rolex Hilton Marriott Lufthansa Emirates Ryanair FedEx DHL UPS Maersk
Northwind Contoso Fabrikam Globex Initech Umbrella Hooli Acme_Corp Stark_Industries Wayne_Enterprises Blue_Ridge_Labs
Silverline_Media Oakwood_Partners Redstone_Energy Greenfield_Foods Summit_Logistics Lakeside_Bakery Polar_Systems";

pub(in crate::taskgen) const COMPANY_ENDINGS: &str =
    "Inc Ltd Labs Group Systems Partners Foods Media Energy Motors Bank Studio Works Logistics Co";

pub(in crate::taskgen) const TEAMS: &str = "
Arsenal Chelsea Barcelona Juventus Lakers Celtics Warriors Yankees Rangers Dodgers Bulls Heat Eagles Packers Cowboys Red_Sox
Manchester_United Real_Madrid Bayern_Munich Inter_Milan Ajax Benfica River_Plate Golden_Hawks Iron_Wolves Harbor_Sharks";

pub(in crate::taskgen) const JOBS: &str = "
engineer nurse teacher accountant designer data_analyst chef electrician lawyer project_manager translator web_developer
plumber driver sales_clerk pharmacist";
