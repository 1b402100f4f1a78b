//! Plain nouns and adjectives that tools, parameters and values are composed of; `HELD` halves never occur in training tools.

pub(in crate::taskgen) const NOUNS: &str = "
anchor anvil apron arch arrow badge barrel basket beacon bell belt bench blade blanket board bolt bottle bowl box bracket branch
brick bridge brush bubble bucket buckle bundle button cabin cable cage candle canvas cap card cargo carpet cart case castle cave
chain chalk channel chart chest chip circle circuit clamp cliff clock cloud coat coil coin collar column comb compass cone cord
corner couch counter cover crane crate crown cube cup curve cushion deck dial disc dish dome door dot drain drawer dress drum
dust edge elbow engine fabric fan feather fence field filter flag flame flask floor flute fork fountain frame fringe fuel funnel
fuse gadget gap gate gauge gear gem glove glue grain grid grip groove hall handle harbor hat hinge hook horn hub island item jar
jewel joint kernel key kit knob knot label ladle lamp lane lantern lattice layer leaf ledger lens lever lid lift line link lobby
lock locker loop lot mail mantle marble mark mask mast mat matrix medal mesh mill mirror module mold motor mug nail needle nest
net niche node notch note nozzle oar oven packet pad paddle page pail paint palace pan panel parade parcel patch path pattern
pearl pebble pedal peg pencil pillar pin pipe pit pivot plank plate platform plug pocket pole pond pool port post pot powder
press prism probe pulley pulse pump purse quarry quill rack rail ramp range reel relay rib ribbon ridge ring rod roller roof
rope rotor rug ruler saddle sail scale scarf screen screw scroll seal seam seat sensor shade shaft shelf shell shield shop
signal sink slab slate sleeve slope slot socket spark spindle spine spiral sponge spool spoon spring stack staff stage stair
stamp stand station stem step stick stone stool strap stream string stripe switch tablet tag tank tape target tassel tent thread
tile token tool torch tower track trail tray trench trunk tube tunnel turbine twig urn valve vault vent vessel wagon wall wand
wave wedge well wheel whistle window wing wire wrench yard zipper zone";

pub(in crate::taskgen) const HELD_NOUNS: &str = "
abacus acorn alcove amulet antler aqueduct atrium awning banner basin bobbin bonnet boulder brooch burrow cairn caravan cauldron
chalice chasm chimney chisel cistern cloak cobweb comet corridor cradle crest crystal dagger dune easel ember emblem fjord foundry
garland gazebo geyser glacier goblet grotto hammock hatch hearth helm icicle ingot kiln lagoon lasso loom lyre maze meadow mitten
moat monolith mosaic nectar obelisk orchard osprey parapet parchment pendulum periscope plume quiver raft rapier relic rivet
sapphire satchel scaffold scepter sickle sleigh snare sphere spire sundial talisman tapestry thicket thimble throne tiller totem
trellis tripwire trowel tuft turret tusk visor wharf wick yoke zephyr";

pub(in crate::taskgen) const ADJECTIVES: &str = "
active amber ancient basic big blue bold bright broad calm central cheap clean clear closed cold common compact coastal cool
crisp daily dark deep digital direct double dry early eastern empty fast final fine firm flat formal fresh full gentle global
golden grand gray green half hard heavy hidden high hollow hot inner joint large late lean light local long loud low lower main
major manual mild minor mixed narrow neat new noisy northern old open outer pale plain prime private public pure quick quiet
rapid rare raw red regional remote rough round royal rural sharp short silent simple single slim slow small smooth soft solid
southern special stable standard steady steep strong sunny sweet tall thick thin tidy tiny upper urban vast vivid warm weekly
western wet wide wild wooden young";

pub(in crate::taskgen) const HELD_ADJECTIVES: &str = "
arid brisk circular cosmic crimson curved dense dusty elastic faded fragile frozen glossy hasty humid jagged lofty lunar marbled
misty molten nimble opaque ornate oval polar rigid rustic serene shallow sleek sparse spiky stark stellar subtle sturdy tidal
tropical twin velvet verdant vintage volatile";

pub(in crate::taskgen) const QUALIFIERS: &str = "
daily weekly monthly annual local public private cheap urgent digital archived draft pending old new remote internal external
shared custom nearby popular recent active inactive upcoming paid free premium basic advanced random personal global regional
average total current historical detailed quick automatic manual temporary primary secondary";

pub(in crate::taskgen) const HELD_QUALIFIERS: &str = "
quarterly hourly seasonal overseas confidential outdated provisional collective bespoke mobile offline online verified
anonymous recurring bilingual wholesale luxury express forgotten experimental mandatory optional unpaid expired";
