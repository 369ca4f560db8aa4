/** Where evidence lies: the object, the command that fetches it, and its page in the console. */

export interface Evidence {
  readonly uri: string;
  /** For a terminal; empty where the URI is none of S3. */
  readonly command: string;
  /** Of the AWS console; empty where the URI does not say a bucket and a key. */
  readonly link: string;
}

const OBJECT = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([\s\S]+)$/;
/** The archive's buckets end with their Region. */
const REGION = /-([a-z]{2}(?:-[a-z]+)+-\d{1,2})$/;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** `region` is that of the item, for buckets whose name does not say theirs. */
export function evidenceOf(uri: string, region: string): Evidence {
  const match = OBJECT.exec(uri);
  if (!match) return { uri, command: "", link: "" };
  const [, bucket = "", key = ""] = match;
  const at = REGION.exec(bucket)?.[1] ?? (/^[a-z0-9-]+$/.test(region) ? region : "");
  const folder = key.endsWith("/");
  const command = folder
    ? `aws s3 ls ${quoted(uri)}`
    : /\.gz$/.test(key) ? `aws s3 cp ${quoted(uri)} - | gunzip` : `aws s3 cp ${quoted(uri)} .`;
  const query = new URLSearchParams(at ? { region: at, prefix: key } : { prefix: key });
  return { uri, command, link: `https://${host(at)}/s3/${folder ? "buckets" : "object"}/${bucket}?${query}` };
}

function host(region: string): string {
  if (region.startsWith("cn-")) return `${region}.console.amazonaws.cn`;
  if (region.startsWith("us-gov-")) return `${region}.console.amazonaws-us-gov.com`;
  return region ? `${region}.console.aws.amazon.com` : "s3.console.aws.amazon.com";
}
