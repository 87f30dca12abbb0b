import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runChecker } from '../helpers/checker.ts'
import { writeTestFile } from '../helpers/exports.ts'
import { installPackage, type Project, ROOT } from './installed.ts'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
const dependencies = Object.entries<{ dev?: boolean; hasInstallScript?: boolean }>(lock.packages).filter(
  ([path, { dev }]) => path !== '' && !dev,
)

let project: Project
beforeAll(async () => {
  project = await installPackage()
})
afterAll(() => project.remove())

describe('the package', () => {
  test('contains the needed files and no others, and is small', () => {
    const patterns = [
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
      /^dist\/(cli|index|searchWorker)\.js$/,
      /^dist\/chunk-[\w-]+\.js$/,
      /^dist\/(index|errors|editions\/edition|stores\/documents|stores\/facts)\.d\.ts$/,
      /^dist\/(datagouv-tops\.1|THIRD-PARTY\.txt)$/,
      /^dist\/web\/[\w./-]+$/,
      /^deploy\/(systemd|kubernetes|github|prometheus|grafana)\/[\w.-]+$/,
      /^sample\/(README\.md|\d{4}-\d\d-\d\d\/(datasets|organizations)\.csv\.gz)$/,
    ]
    const { packed } = project
    const paths = packed.files.map(({ path }) => path)
    expect(paths.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([])
    for (const pattern of patterns) expect(paths.some((path) => pattern.test(path))).toBe(true)
    expect(packed.files.find(({ path }) => path === 'dist/cli.js')!.mode & 0o111).not.toBe(0)
    // Two thirds of this are the bundled exports of the demo.
    expect(packed.size).toBeLessThan(2_000_000)
  })

  test('is installed with the program and its manual page by npm install --global', async ({ skip }) => {
    // Without dependencies, so that nothing is downloaded.
    const copy = join(project.folder, 'copy')
    await cp(join(project.folder, 'node_modules/datagouv-tops'), copy, { recursive: true })
    const { dependencies: _, devDependencies: __, scripts: ___, ...rest } = manifest
    await writeTestFile(copy, 'package.json', JSON.stringify(rest))
    const npm = (...args: string[]) =>
      execFileSync('npm', args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const tarball = join(copy, npm('pack', '--silent').trim())
    const prefix = join(project.folder, 'prefix')
    npm('install', '--global', '--offline', '--no-audit', '--no-fund', '--prefix', prefix, tarball)
    const program = join(prefix, 'bin/datagouv-tops')
    expect(execFileSync(program, ['--version'], { encoding: 'utf8' })).toBe(`${manifest.version}\n`)
    const args = ['-M', join(prefix, 'share/man'), '-P', 'cat', 'datagouv-tops']
    expect(runChecker('man', args, skip)).toMatchObject({ code: 0, said: expect.stringContaining('EXIT STATUS') })
  })

  test('runs no script at installation, and neither do its dependencies', () => {
    for (const script of ['preinstall', 'install', 'postinstall']) expect(manifest.scripts).not.toHaveProperty(script)
    expect(dependencies.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
  })

  test('lists the license of every dependency, with its text', () => {
    const text = readFileSync(join(ROOT, 'dist/THIRD-PARTY.txt'), 'utf8')
    const names = dependencies.map(([path]) => path.replace(/^.*node_modules\//, ''))
    const installedNames = names.filter((name) => existsSync(join(ROOT, 'node_modules', name)))
    for (const name of installedNames) expect(text).toContain(` ${name}@`)
    expect(text).toContain('Permission is hereby granted')
  })

  test('has a bill of materials with every dependency', () => {
    const bill = JSON.parse(execFileSync(process.execPath, ['scripts/sbom.mjs'], { cwd: ROOT, encoding: 'utf8' }))
    expect([bill.bomFormat, bill.metadata.component['bom-ref']]).toEqual([
      'CycloneDX',
      `datagouv-tops@${manifest.version}`,
    ])
    const listed = bill.components.map((component: { 'bom-ref': string }) => component['bom-ref'])
    for (const [name, version] of Object.entries(manifest.dependencies)) expect(listed).toContain(`${name}@${version}`)
  })

  test('has types that accept a correct program and reject one with a mistake', async () => {
    const options = { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: [] }
    // Without esnext.disposable: the types of the package bring it.
    const lib = ['es2023', 'dom']
    const program = (property: string) => `
      import { type Edition, Failure, openTops, type RunResult } from 'datagouv-tops'
      await using tops = await openTops({ archive: 'file:a', watches: [{ name: 'velo', terms: ['vélo'] }] })
      try {
        const { published }: RunResult = await tops.run({ date: '2026-11-18', watches: ['velo'] })
        const edition: Edition = await tops.edition(published[0]?.${property}, 'velo')
        for (const { dataset_title, dataset_followers } of edition.datasets) dataset_title.repeat(dataset_followers)
      } catch (error) {
        if (error instanceof Failure && error.retryable) throw new Error(error.kind)
      }
    `
    await writeTestFile(
      project.folder,
      'tsconfig.json',
      JSON.stringify({ compilerOptions: { ...options, lib }, files: ['program.ts'] }),
    )
    const compile = async (property: string) => {
      await writeTestFile(project.folder, 'program.ts', program(property))
      return runChecker(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project.folder], () => undefined as never)
    }
    expect(await compile('watch')).toEqual({ code: 0, said: '' })
    expect(await compile('whatch')).toMatchObject({ said: expect.stringContaining("'whatch' does not exist") })
  })
})
