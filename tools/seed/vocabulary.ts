/**
 * The words of generated catalogues, each list from the commonest to the rarest: about 500 English ones, and 2,700
 * invented names of vendors and series. They are the same for every seed.
 */
import { createRandom } from './random.ts';

export const departments = words(`
  Home Kitchen Garden Office Sports Outdoor Fashion Kids Travel Workshop Music Pets Beauty Camping Stationery Lighting
  Bathroom Nursery Gaming Cycling`);

export const themes = words(`
  Essentials Classics Basics Favourites Comfort Storage Decoration Tools Living Dining Studio Weekend Seasonal Everyday
  Collection Workspace Adventure Gifts Care Accessories`);

export const qualifiers = words(`
  Everyday Small Large Indoor Outdoor Modern Vintage Folding Portable Professional Compact Premium Budget Designer
  Handmade Organic Travel Office Family Junior Winter Summer Rustic Minimal Colourful Natural Scandinavian Industrial
  Coastal Nordic`);

export const adjectives = words(`
  classic modern compact premium light soft slim sturdy elegant smart vintage natural portable warm quiet bright deep
  wide tall round folding stackable adjustable handmade organic rustic minimal seamless padded insulated breathable
  waterproof washable reversible ergonomic lightweight durable flexible foldable woven quilted ribbed polished brushed
  matte glossy hammered carved tapered curved angled striped checked dotted plain textured smooth coarse crisp velvety
  airy snug roomy narrow oversized miniature modular magnetic wireless rechargeable solar silent rapid precise balanced
  weatherproof rustproof shatterproof scratchproof antique bohemian coastal nordic alpine tropical urban rural royal
  noble humble playful serene bold subtle radiant luminous shadowy frosted smoky pearly opaque translucent iridescent
  crystalline ornate filigree scalloped`);

export const materials = words(`
  oak cotton steel leather glass wool bamboo linen ceramic walnut aluminium canvas silk brass copper marble velvet
  porcelain denim pine rubber cork felt granite titanium beech maple cherry teak ash birch suede nylon jute rattan
  stoneware bronze pewter acrylic mohair cashmere merino flannel corduroy satin tweed hemp sisal slate terracotta
  mahogany rosewood ebony concrete graphite enamel quartz onyx jade alabaster`);

/** Each makes its plural with an s. */
export const nouns = words(`
  lamp chair table jacket shirt bag mug bottle pillow blanket towel basket mirror clock vase candle notebook pen wallet
  belt scarf hat glove sock sneaker boot sandal backpack suitcase umbrella tent lantern hammock cooler kettle teapot pan
  pot skillet bowl plate cup spoon fork tray jar grinder toaster blender mixer scale timer apron cushion rug curtain
  throw duvet mattress sofa armchair stool desk cabinet wardrobe drawer rack hook hanger frame poster print sculpture
  planter trowel rake shovel hose sprinkler pruner wheelbarrow greenhouse birdhouse feeder leash collar crate kennel
  aquarium terrarium saddle helmet pedal pump tyre lock headlight kayak paddle surfboard skateboard racket ball net goal
  dumbbell kettlebell mat roller bar glider rope harness carabiner compass binocular telescope microscope camera tripod
  lens speaker headphone microphone keyboard monitor charger cable adapter router drone guitar violin ukulele drum
  cymbal flute clarinet trumpet saxophone piano metronome stand easel canvas palette crayon marker pencil eraser
  sharpener stapler folder binder calendar planner organizer globe puzzle kite robot doll teddy block marble
  stroller crib rattle bib bottlewarmer highchair nightlight soap lotion shampoo serum perfume razor comb hairdryer
  trimmer thermometer humidifier purifier heater fan radiator doorbell sensor thermostat hammer screwdriver drill saw
  sander wrench plier clamp level ladder toolbox workbench vise chisel plane anvil bracelet necklace earring ring
  pendant brooch cufflink tie vest sweater cardigan hoodie coat parka skirt legging trouser pyjama robe slipper bandana
  beanie visor`);

export const benefits = words(`
  comfortable reliable timeless practical versatile generous thoughtful effortless refined gentle spacious affordable
  outstanding inviting efficient dependable charming graceful remarkable delightful enduring honest inventive
  resourceful welcoming understated exceptional luxurious cheerful graceful distinctive harmonious sustainable
  responsible repairable recyclable compostable customizable`);

export const places = words(`
  home kitchen garden office bedroom balcony workshop bathroom hallway terrace studio library cabin cottage apartment
  campsite beach boat attic cellar greenhouse veranda conservatory`);

export const colours = words(`Black White Grey Blue Green Red Beige Navy Olive Sand Rust Plum Teal Ivory Coral Amber`);
export const sizes = words(`XS S M L XL XXL`);

export const tags = words(`
  new gift sale bestseller eco limited handmade imported local vegan clearance exclusive refurbished outlet bundle
  preorder collectible fairtrade certified award`);

/** Invented names: one for each vendor, and the series that products belong to. */
export const vendors = inventedNames(700, 'vendors');
export const series = inventedNames(2_000, 'series');

function words(text: string): string[] {
  return [...new Set(text.trim().split(/\s+/))];
}

function inventedNames(count: number, stream: string): string[] {
  const random = createRandom(1, stream);
  const beginnings = words('B C D F G H J K L M N P R S T V W Z Br Cr Dr Fl Gr Kl Pr Sk St Tr Th Sh');
  const vowels = words('a e i o u ae ei ia io ou');
  const middles = words('l r n m s t v d k b z nd lt rm st lv rn sk');
  const ends = words('a o en is ar ix on el us ia ora etta ano ique und esk');
  const names = new Set<string>();
  while (names.size < count) {
    const syllables = Array.from({ length: random.integer(1, 2) }, () => random.pick(vowels) + random.pick(middles));
    names.add(random.pick(beginnings) + syllables.join('') + random.pick(ends));
  }
  return [...names];
}
