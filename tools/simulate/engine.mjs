// Answers requests with @cloud-copilot/iam-simulate: one JSON document per line in, one per line out.
//
// In:  {"policies": {"<name>": <document>}, "requests": [{"principal", "action", "resource", "owner", "context",
//       "identity": [name], "resourcePolicy": name | null, "scp": [name], "rcp": [name], "blockPublicAccess"}]}
// Out: [{"result", "deciding": [Sid], "ignored": [context key], "error"}], in the order of the requests.

import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const sidsOf = (statements) => (statements ?? []).map((found) => found.statement.sid() ?? '(no Sid)')

const layersOf = (analysis) => [
  analysis.resourceAnalysis,
  analysis.identityAnalysis,
  ...(analysis.scpAnalysis?.ouAnalysis ?? []),
  ...(analysis.rcpAnalysis?.ouAnalysis ?? [])
]

// What denied explicitly, or what allowed; nothing where no statement spoke.
const decidingSids = (analysis) => {
  const layers = layersOf(analysis)
  if (analysis.result === 'Allowed') return layers.slice(0, 2).flatMap((layer) => sidsOf(layer?.allowStatements))
  return layers.flatMap((layer) => sidsOf(layer?.denyStatements))
}

const attached = (names, policies) =>
  names.length === 0
    ? []
    : [{ orgIdentifier: 'root', policies: names.map((name) => ({ name, policy: policies[name] })) }]

const simulationOf = (request, policies) => ({
  request: {
    principal: request.principal ?? anonymousPrincipal,
    action: request.action,
    resource: { resource: request.resource, accountId: request.owner },
    contextVariables: request.context
  },
  identityPolicies: request.identity.map((name) => ({ name, policy: policies[name] })),
  serviceControlPolicies: attached(request.scp, policies),
  resourceControlPolicies: attached(request.rcp, policies),
  resourcePolicy: request.resourcePolicy === null ? undefined : policies[request.resourcePolicy],
  additionalSettings: { s3: { blockPublicAccess: request.blockPublicAccess } }
})

const answer = async (request, policies) => {
  try {
    const found = await runSimulation(simulationOf(request, policies), {})
    if (found.resultType !== 'single') {
      return { error: found.resultType === 'error' ? JSON.stringify(found.errors) : 'a wildcard in the resource' }
    }
    const { analysis, ignoredContextKeys } = found.result
    return { result: found.overallResult, deciding: decidingSids(analysis), ignored: ignoredContextKeys }
  } catch (error) {
    return { error: String(error) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { policies, requests } = JSON.parse(line)
  const answers = []
  for (const request of requests) answers.push(await answer(request, policies))
  process.stdout.write(JSON.stringify(answers) + '\n')
}
