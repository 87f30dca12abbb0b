// Generates the manual page dist/datagouv-tops.1 from the table of commands: node scripts/man.mjs, after tsc.
import { writeFileSync } from 'node:fs'
import { COMMANDS } from '../dist/commands/commands.js'
import { optionsOf, parseFlags, SHARED_OPTIONS } from '../dist/commands/options.js'
import { SETTINGS } from '../dist/config/settings.js'
import { FAILURES } from '../dist/errors.js'
import { VERSION } from '../dist/version.js'

/** Escapes text for roff, which reads a dash as a hyphen, and a line that starts with a dot or an apostrophe as a request. */
const roff = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
const flag = ([flags, about]) => {
  const { short, name, value } = parseFlags(flags)
  return `.TP\n\\fB${roff(short ? `${short}, ${name}` : name)}\\fR${value ? ` \\fI${roff(value)}\\fR` : ''}\n${roff(about)}`
}
const command = (spec) => {
  const { name, about, arguments: args, examples } = spec
  return [
    `.SS \\fB${roff(name)}\\fR${args ? ` ${roff(args)}` : ''}`,
    roff(about),
    ...optionsOf(spec)
      .filter((option) => !SHARED_OPTIONS.includes(option))
      .map(flag),
    '.PP',
    '.nf',
    ...examples.map((example) => roff(`    datagouv-tops ${example}`)),
    '.fi',
  ].join('\n')
}
const setting = ([name, { about, environment }]) =>
  `.TP\n\\fB${roff(name)}\\fR${environment ? ` (\\fB${roff(environment)}\\fR)` : ''}\n${roff(about)}`

const page = `.TH DATAGOUV\\-TOPS 1 "" "datagouv\\-tops ${VERSION}" "User Commands"
.SH NAME
datagouv\\-tops \\- publish the datasets about mobility and transport of data.gouv.fr's most followed organizations, every week
.SH SYNOPSIS
.B datagouv\\-tops
.I command
.RI [ options ]
.SH DESCRIPTION
Fetches the catalogue of data.gouv.fr, keeps the datasets that contain a term, archives them as CSV byte for byte, and publishes
those of the most followed organizations as one document. By default, files go to a folder and documents to an SQLite file. Data
goes to stdout, progress and errors to stderr.
.SH COMMANDS
${COMMANDS.map(command).join('\n')}
.SH OPTIONS
These options work with every command:
${SHARED_OPTIONS.map(flag).join('\n')}
.SH SETTINGS
Flags override environment variables, which override the file, which overrides the defaults. The file is the one that \\fB\\-\\-config\\fR or
\\fBDATAGOUV_TOPS_CONFIG\\fR names. Otherwise it is
.I ./datagouv\\-tops.yaml
or
.IR ~/.config/datagouv\\-tops/datagouv\\-tops.yaml .
\\fBdatagouv\\-tops config\\fR shows where each value comes from.
${Object.entries(SETTINGS).map(setting).join('\n')}
.SH EXIT STATUS
.TP
.B 0
done, or nothing left to do
${Object.values(FAILURES)
  .map(({ exit, meaning }) => `.TP\n.B ${exit}\n${roff(meaning)}`)
  .join('\n')}
`
writeFileSync('dist/datagouv-tops.1', page)
