// Asks iam-simulate for a verdict on each line of standard input, and prints one line for each.
import { createInterface } from "node:readline";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const named = (documents) =>
  documents.map((policy, index) => ({ name: `policy${index}`, policy }));

async function verdict(asked) {
  const { request, principal } = asked;
  const simulation = {
    request: {
      action: request.action,
      principal,
      resource: { resource: request.resource, accountId: principal.split(":")[4] },
      contextVariables: Object.fromEntries(
        Object.entries(request.context).map(([key, values]) => [
          key,
          asked.many.includes(key) ? values : values[0],
        ]),
      ),
    },
    identityPolicies: named(asked.identity),
    serviceControlPolicies: asked.scps.map((level, index) => ({
      orgIdentifier: `ou-${index}`,
      policies: named(level),
    })),
    resourceControlPolicies: [],
    permissionBoundaryPolicies: asked.boundary ? named([asked.boundary]) : undefined,
  };
  const answer = await runSimulation(simulation, {});
  if (answer.resultType === "error") return `error: ${JSON.stringify(answer.errors)}`;
  const result = answer.overallResult;
  return { Allowed: "allowed", ExplicitlyDenied: "explicitDeny" }[result] ?? "implicitDeny";
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await verdict(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify(`error: ${error.message}`));
  }
}
