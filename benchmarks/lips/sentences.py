"""What the synthetic voices say: full of lips, and in no training."""

ENGLISH = [
    "My mother bought five brown apples by the open market.",
    "Five wolves leave the valley before the evening bell.",
    "Papa moved a big piano up the lobby above the café.",
    "We both hope the weather will improve by Wednesday.",
    "Thomas plays the tuba, and Bob plays a very fine violin.",
    "The cat sat flat on a mat and had a nap.",
    "Who knew the blue moon would look so low?",
    "She sees green leaves beneath the free beach.",
    "A wide bay appears beyond the empty farm.",
    "Give me a simple map of Poland, please.",
    "Father drove off without a word about the baby.",
    "Home movies are mostly about people we love.",
]
ITALIAN = [
    "La mamma prepara il pane per il bambino.",
    "Fabio vive a Bologna e fuma la pipa.",
    "Un uomo buono porta una bella mappa.",
    "Vedo le vele bianche sopra il mare.",
    "Il babbo ama il vino e la musica.",
    "Domani piove, ma dopo fa bello.",
    "Chi beve prima di cena, vive felice.",
    "Una palla vola sopra il ponte.",
]
