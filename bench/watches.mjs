import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Combined with KINDS, these subjects give a few hundred terms that occur about as often as real ones. */
const SUBJECTS =
  'mobilité transport vélo cyclable piéton bus tramway métro gare train ferroviaire route autoroute covoiturage parking ' +
  'stationnement aéroport port fluvial logistique fret livraison eau rivière inondation forêt biodiversité climat énergie ' +
  'électricité gaz solaire éolien déchets recyclage air bruit qualité risque incendie séisme sécurité police justice santé ' +
  'hôpital médecin pharmacie école collège lycée université formation emploi chômage entreprise commerce marché artisan ' +
  'industrie agriculture pêche élevage culture musée théâtre bibliothèque sport stade piscine tourisme plage montagne'
const KINDS = ['', ' public', ' urbain', ' durable', ' local']

const terms = KINDS.flatMap((kind) => SUBJECTS.split(' ').map((subject) => subject + kind))

/** Writes a configuration with `count` watches of two terms each, the first being the default watch. Returns its path. */
export function writeWatches(folder, count) {
  writeFileSync(join(folder, 'terms.json'), JSON.stringify({ terms }))
  const path = join(folder, `watches-${count}.yaml`)
  const watches = Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'mobilite-transport' : `watch-${index}`,
    // With more watches than terms, some watches share them.
    terms: [terms[(2 * index) % terms.length], terms[(2 * index + 1) % terms.length]],
  }))
  writeFileSync(path, JSON.stringify({ watches }))
  return path
}
