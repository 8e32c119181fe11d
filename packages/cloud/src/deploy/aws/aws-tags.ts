/** Tags of what Dativo makes in AWS. */
export const AWS_TAGS = {
  /** What functions of one side of a job share. */
  scope: "dativo:scope",
  job: "dativo:job",
  /** Day on which a run last deployed or found the function, written once a day. */
  used: "dativo:used",
} as const;
