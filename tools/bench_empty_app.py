"""The smallest Python CDK app: the floor that `synth_vs_empty` measures against."""

import aws_cdk as cdk

app = cdk.App()
stack = cdk.Stack(app, "Empty")
cdk.CfnResource(stack, "Only", type="AWS::CloudFormation::WaitConditionHandle")
app.synth()
