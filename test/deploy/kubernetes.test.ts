import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { resolveConfig } from '../../src/config/config.ts'
import { SETTINGS } from '../../src/config/settings.ts'
import { Failure, type FailureKind } from '../../src/errors.ts'
import { CHECK_TIMEOUT_MS, createHealth } from '../../src/server/health.ts'
import { runChecker } from '../helpers/checker.ts'
import { openTestContext } from '../helpers/context.ts'

const FOLDER = new URL('../../deploy/kubernetes/', import.meta.url)
const text = (name: string) => readFile(new URL(name, FOLDER), 'utf8')
const { resources, configMapGenerator } = parse(await text('kustomization.yaml'))
const dockerfile = await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8')
const cronJob = parse(await text('cronjob.yaml'))
/** The releases that get fixes in November 2026: 1.35 until 2027-02-28, 1.36 until 2027-06-28, 1.37 until 2027-10-28. */
const RELEASES = ['1.35', '1.36', '1.37']

type Labels = Readonly<Record<string, string>>
type Direction = 'Ingress' | 'Egress'
interface Rule {
  readonly ports: readonly { readonly port: number | string; readonly protocol: string }[]
  readonly to?: readonly { readonly ipBlock: { readonly cidr: string; readonly except: readonly string[] } }[]
}
interface Policy {
  readonly podSelector: { readonly matchLabels: Labels }
  readonly policyTypes: readonly Direction[]
  readonly ingress?: readonly Rule[]
  readonly egress?: readonly Rule[]
}

const texts = await Promise.all((resources as string[]).map(text))
const objects = texts.flatMap((one) => parseAllDocuments(one).map((document) => document.toJS()))
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind)
const [deployment] = ofKind('Deployment')
const [service] = ofKind('Service')
const pods = { run: cronJob.spec.jobTemplate.spec.template, serve: deployment.spec.template }
type PodName = keyof typeof pods
const selects = (selector: Labels, name: PodName) =>
  Object.entries(selector).every(([label, value]) => pods[name].metadata.labels[label] === value)

describe.for(RELEASES)('for Kubernetes %s', (release) => {
  test.for(resources as string[])('%s is a valid manifest', (name, context) => {
    const args = ['--strict', '-k', release, new URL(name, FOLDER).pathname]
    expect(runChecker('kubernetes-validate', args, context.skip)).toMatchObject({ code: 0 })
  })
})

describe.for(['run', 'serve'] as const)('the pod of "%s"', (name) => {
  const { spec } = pods[name]
  const [container, ...others] = spec.containers

  test('has no root, no capabilities, no writable file system and no token of the cluster', () => {
    expect(others).toEqual([])
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(container.volumeMounts).toEqual([expect.objectContaining({ readOnly: true })])
    expect(dockerfile).toContain(`\nUSER ${spec.securityContext.runAsUser}\n`)
  })

  test('requests and limits CPU and memory', () => {
    const amounts = { cpu: expect.stringMatching(/^\d+m?$/), memory: expect.stringMatching(/^\d+Mi$/) }
    expect(container.resources).toEqual({ requests: amounts, limits: amounts })
  })

  test('does not get the variables of the Service, which the tool refuses', async () => {
    const variable = `${service.metadata.name.toUpperCase().replaceAll('-', '_')}_PORT`
    await expect(resolveConfig({}, { [variable]: 'tcp://10.0.0.1:80' })).rejects.toThrow(
      `unknown setting "${variable}"`,
    )
    expect(spec.enableServiceLinks).toBe(false)
  })
})

describe('the page', () => {
  test('is ready if its stores answer, and is restarted only if it does not answer itself', async () => {
    const [{ readinessProbe, livenessProbe, ports, args }] = pods.serve.spec.containers
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' })
    expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'http' })
    const health = createHealth(await openTestContext())
    for (const { httpGet } of [readinessProbe, livenessProbe]) {
      expect((await health.request(httpGet.path)).status).toBe(200)
    }
    // Otherwise, the kubelet stops waiting before the response can name the missing store.
    expect(readinessProbe.timeoutSeconds * 1000).toBeGreaterThan(CHECK_TIMEOUT_MS)
    expect(ports).toEqual([{ name: 'http', containerPort: 8000 }])
    expect(args).toEqual(expect.arrayContaining(['serve', '0.0.0.0']))
  })

  test('stays up while a node is drained or a new version is rolled out', () => {
    const [budget, ...others] = ofKind('PodDisruptionBudget')
    expect(others).toEqual([])
    const { minAvailable, selector, unhealthyPodEvictionPolicy } = budget.spec
    expect([minAvailable, unhealthyPodEvictionPolicy]).toEqual([1, 'AlwaysAllow'])
    // With a single replica, no node that runs it could be drained.
    expect(deployment.spec.replicas).toBeGreaterThan(minAvailable)
    expect([selects(selector.matchLabels, 'serve'), selects(selector.matchLabels, 'run')]).toEqual([true, false])
    expect(deployment.spec.strategy.rollingUpdate.maxUnavailable).toBe(0)
    const [{ topologyKey, labelSelector }] = pods.serve.spec.topologySpreadConstraints
    expect([topologyKey, labelSelector]).toEqual(['kubernetes.io/hostname', deployment.spec.selector])
  })
})

describe('the network policies', () => {
  const policies: Policy[] = ofKind('NetworkPolicy').map(({ spec }) => spec)
  /** Returns the rules for a pod, combined as the cluster does; undefined if no policy restricts it. */
  const rulesFor = (name: PodName, direction: Direction): Rule[] | undefined => {
    const selected = policies.filter(
      ({ podSelector, policyTypes }) => selects(podSelector.matchLabels, name) && policyTypes.includes(direction),
    )
    const rules = selected.flatMap(({ ingress = [], egress = [] }) => (direction === 'Ingress' ? ingress : egress))
    return selected.length === 0 ? undefined : rules
  }
  const portsFor = (name: PodName, direction: Direction) =>
    rulesFor(name, direction)?.flatMap(({ ports }) => ports.map(({ port, protocol }) => `${protocol} ${port}`))

  test('let every pod connect to DNS and the stores, and only the run to the portal', async () => {
    const { AWS_ENDPOINT_URL_S3, DATAGOUV_TOPS_DOCUMENTS } = parse(await text('secret.yaml')).stringData
    const stores = [AWS_ENDPOINT_URL_S3, DATAGOUV_TOPS_DOCUMENTS].map((url) => `TCP ${new URL(url).port}`)
    const shared = ['UDP 53', 'TCP 53', ...stores]
    expect(SETTINGS.portal.default).toMatch(/^https:\/\/[^:]+$/)
    expect(portsFor('serve', 'Egress')).toEqual(shared)
    expect(portsFor('run', 'Egress')).toEqual([...shared, 'TCP 443', 'TCP 80'])
  })

  test('do not let a run connect to the metadata service of a cloud', () => {
    const blocks = rulesFor('run', 'Egress')!.flatMap(({ to = [] }) => to.map(({ ipBlock }) => ipBlock))
    expect(blocks).toEqual([
      { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] },
      { cidr: '::/0', except: ['fd00:ec2::254/128', 'fe80::/10'] },
    ])
  })

  test('let others connect to the page and to nothing else', () => {
    expect(portsFor('run', 'Ingress')).toEqual([])
    expect(portsFor('serve', 'Ingress')).toEqual(['TCP http'])
    expect(service.spec.ports).toMatchObject([{ targetPort: 'http' }])
  })

  test('do not select other pods of the namespace, such as the stores', () => {
    for (const { podSelector } of policies) {
      expect(podSelector.matchLabels).toMatchObject({ 'app.kubernetes.io/name': 'datagouv-tops' })
    }
  })
})

test('the settings are valid, and the secrets are variables of the tool', async () => {
  const [file] = configMapGenerator[0].files
  const secret = parse(await text('secret.yaml')).stringData as Record<string, string>
  const { config } = await resolveConfig({}, secret, new URL(file, FOLDER).pathname)
  expect(config).toMatchObject({ archive: 's3://datagouv', documents: secret.DATAGOUV_TOPS_DOCUMENTS })
})

test('it runs at the time and in the time zone of the settings', () => {
  expect(cronJob.spec).toMatchObject({ schedule: SETTINGS.schedule.default, timeZone: SETTINGS.time_zone.default })
})

test('a pod that starts after midnight still makes Wednesday’s edition', () => {
  expect(cronJob.spec.jobTemplate.spec.template.spec.containers[0].args.slice(0, 3)).toEqual(['run', '--date', 'due'])
})

test('a job stops exactly on the exit codes that a retry cannot fix', () => {
  const [{ action, onExitCodes }] = cronJob.spec.jobTemplate.spec.podFailurePolicy.rules
  expect([action, onExitCodes.operator]).toEqual(['FailJob', 'In'])
  const kinds: FailureKind[] = ['bug', 'usage', 'portal', 'contract', 'store', 'gate', 'held']
  for (const kind of kinds) {
    const { exitCode, retryable } = new Failure(kind, '')
    expect([kind, onExitCodes.values.includes(exitCode)]).toEqual([kind, !retryable])
  }
})
