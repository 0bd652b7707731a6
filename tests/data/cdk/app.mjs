// Writes PipelinesStack.template.json, manifest.json and tree.json, which the tests read.
//
//     npm install && npm run synth
//
// The folder's README has the versions that wrote what is committed.
import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, CfnParameter, Stack } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { CfnPipeline } from "aws-cdk-lib/aws-sagemaker";

const outdir = mkdtempSync(join(tmpdir(), "cdk-"));
const app = new App({ outdir });
const stack = new Stack(app, "PipelinesStack");
const team = new CfnParameter(stack, "Team", { type: "String" });
const stage = new CfnParameter(stack, "Stage", { type: "String", default: "prod" });
const bucket = new Bucket(stack, "Data");
const role = new Role(stack, "Execution", { assumedBy: new ServicePrincipal("sagemaker.amazonaws.com") });

function training(name, jobName) {
  return {
    Name: name,
    Type: "Training",
    Arguments: {
      TrainingJobName: jobName,
      RoleArn: role.roleArn,
      AlgorithmSpecification: { TrainingImage: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/xgb:1" },
      OutputDataConfig: { S3OutputPath: `s3://${bucket.bucketName}/out` },
      ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.large", VolumeSizeInGB: 30 },
    },
  };
}

function definition(steps) {
  return { Version: "2020-12-01", Metadata: {}, Parameters: [], Steps: steps };
}

// Tokens in it, so the body becomes Fn::Join.
new CfnPipeline(stack, "Joined", {
  pipelineName: `team-a-joined-${stage.valueAsString}`,
  roleArn: role.roleArn,
  pipelineDefinition: {
    PipelineDefinitionBody: stack.toJsonString(
      definition([training("Known", `team-a-${stage.valueAsString}`), training("Unknown", `${team.valueAsString}-train`)]),
    ),
  },
});

// No token in it, so the body is a string.
new CfnPipeline(stack, "Plain", {
  pipelineName: "team-a-plain",
  roleArn: role.roleArn,
  pipelineDefinition: {
    PipelineDefinitionBody: JSON.stringify(definition([{ Name: "Stop", Type: "Fail", Arguments: { ErrorMessage: "no" } }])),
  },
});

new CfnPipeline(stack, "Object", {
  pipelineName: "team-a-object",
  roleArn: role.roleArn,
  pipelineDefinition: { PipelineDefinitionBody: definition([training("Train", "team-a-object")]) },
});

new CfnPipeline(stack, "InS3", {
  pipelineName: "team-a-in-s3",
  roleArn: role.roleArn,
  pipelineDefinition: { PipelineDefinitionS3Location: { Bucket: bucket.bucketName, Key: "pipeline.json" } },
});

app.synth();
for (const file of ["PipelinesStack.template.json", "PipelinesStack.assets.json", "manifest.json", "tree.json"]) {
  copyFileSync(join(outdir, file), file);
}
