"""What each rule is called, how grave its breach is, why it matters and what to do: the words of an alert."""

from __future__ import annotations

from .values import NamedTuple


class Rule(NamedTuple):
    """One rule; its id stands in settings, records and findings and never changes."""

    id: str
    title: str
    severity: str
    why: str
    action: str


ROOT_SIGN_IN = Rule(
    "root-sign-in",
    "Root sign-in",
    "critical",
    "The root user can do everything and no policy of the account limits it; daily work never needs it.",
    "Ask the holder of the root credentials. If nobody meant it: reset the password and MFA, revoke access keys, "
    "and read the account's CloudTrail from this moment on.",
)
NO_MFA = Rule(
    "no-mfa",
    "Sign-in without MFA",
    "high",
    "A stolen password alone is enough to enter as this user.",
    "Ask the user whether it was them, then make them register an MFA device or remove their password.",
)
FAILED_SIGN_INS = Rule(
    "failed-sign-ins",
    "Repeated failed sign-ins",
    "medium",
    "Somebody may be guessing a password.",
    "Ask the user. If it was not them: look for a success from the same source, and change the password.",
)
NETWORK = Rule(
    "unapproved-network",
    "Login from a network that is not approved",
    "high",
    "A person who works as agreed comes from an approved network; stolen credentials come from elsewhere.",
    "Ask the user where they are. If it was not them: end their sessions and change their credentials; "
    "if the place is legitimate, add its network to the settings.",
)
UNLOGGED_SESSION = Rule(
    "unlogged-session",
    "Session that is never logged",
    "high",
    "Session Manager records neither port forwarding nor SSH: what was done leaves no transcript.",
    "Ask who started it what for, and end the session if there is no answer; forbid the document in IAM.",
)
OTHER_DOCUMENT = Rule(
    "other-session-document",
    "Session with another document than the account's",
    "medium",
    "Another session document decides anew whether and where the session is logged.",
    "Check that a transcript exists; ask who started it why the account's own document did not do.",
)
TAMPERING = Rule(
    "tampering",
    "Change to what protects the evidence",
    "critical",
    "Whoever can change logging, the trail, the archive or its key can act unseen.",
    "If no roll-out of this system is under way: ask the caller, undo the change by deploying again, and look "
    "for a gap in the evidence since this moment.",
)
HOURS = Rule(
    "outside-hours",
    "Login outside the declared hours",
    "medium",
    "People are not expected to work at this hour; credentials that are used then may be stolen.",
    "Ask the user whether it was them.",
)
ALARM = Rule(
    "alarm",
    "An alarm of the evidence system",
    "high",
    "A part that collects evidence in this account does not work as it should.",
    "Read the alarm's description in the account and Region named here; until it is over, evidence may be missing.",
)
SILENT_MEMBER = Rule(
    "silent-member",
    "Member that has fallen silent",
    "high",
    "Its heartbeats take the way of its events: while none comes, a login or a tampering there may not come either.",
    "Find out whether the account left the organization or was disconnected. If not, look there, in the Region named "
    "here, at the rule evidence-heartbeat, the role that forwards events and the dead-letter queue, then read "
    "CloudTrail for who changed them. If the account left on purpose, remove its item from the roster table.",
)
GROUP_DIFFERENCE = Rule(
    "security-group-difference",
    "Security group that is not as approved",
    "high",
    "What is open beyond what was approved can be reached by whom nobody let in; what is missing, somebody relies on.",
    "Ask the caller what for. If nobody approved it, run the commands below, where there are any; if it is right, add "
    "an approval with an owner, a reason and an expiry to the approvals file.",
)
GROUP_UNJUDGED = Rule(
    "security-group-unjudged",
    "Security group that could not be judged",
    "medium",
    "A change to a security group may have opened something, and nobody has looked at what is open now.",
    "Look at the group in the account and Region named here; find out why the guard could not (its log group, and "
    "the role evidence-security-groups of that account). The next sweep looks again.",
)
GROUP_ENFORCEMENT = Rule(
    "security-group-enforcement",
    "Security group that could not be put right",
    "high",
    "What the guard was told to take away may still be open.",
    "Run by hand the commands that are named below; then find who or what keeps changing the group, or why the "
    "guard's role may not.",
)
GROUP_SWEEP = Rule(
    "security-group-sweep",
    "Sweep of security groups that found something new",
    "medium",
    "It predates the guard, or its event was lost; and where a place could not be read, nobody knows what is open.",
    "Begin with the groups named below; the judgement of each group, with its commands, is among the records of the "
    "same sweep. Where a place was not read, see whether the role evidence-security-groups is there.",
)
MISSING_EVIDENCE = Rule(
    "missing-evidence",
    "Access without its evidence",
    "high",
    "Somebody was on a machine, and what they did there is not in the archive; it may have been kept out on purpose.",
    "Ask the person what they did. Look at the delivery stream or the recording preferences of the account and Region "
    "named here, and for alarms and changes there at that time. The finding closes itself when the evidence arrives.",
)
UNCLAIMED_RECORDING = Rule(
    "unclaimed-recording",
    "Recording that nobody started",
    "medium",
    "A recording shows somebody at work whom no record names: the start was not recorded, or the recording is forged.",
    "Look at the recording and compare it with the connections of that hour; find out why CloudTrail of the account "
    "has no start. Where several connections may be it, decide between them.",
)
SILENT_EVIDENCE = Rule(
    "silent-evidence",
    "Deliveries that have stopped or never began",
    "high",
    "While nothing arrives, what is done there leaves no evidence in the archive.",
    "See whether the account was closed or is not used. If not, look there, in the Region named here, at the trail, "
    "the delivery stream and its errors, and read who changed them.",
)
DIGEST_GAP = Rule(
    "digest-gap",
    "Break in the chain of CloudTrail's digests",
    "critical",
    "Where the chain is broken, nothing shows that no trail file of those hours was taken away or changed.",
    "Run make verify for the account and those days. If nobody stopped or replaced the trail on purpose, look in "
    "CloudTrail for who did, and at the log bucket for what was deleted.",
)
UNASKED_EVIDENCE = Rule(
    "unasked-evidence",
    "Evidence that could not be looked for",
    "high",
    "Where nobody can look, something may be missing without anybody being told.",
    "Read the reason below and the log of the function evidence-check; the next run asks again, and the finding closes "
    "itself when it is answered.",
)
UNKNOWN = Rule(
    "unknown-event",
    "Event that nobody understands",
    "low",
    "A record of it is kept, but not judged: AWS may have changed the shape of an event.",
    "Read raw_data of the record; teach normalize its shape, or narrow the rule that forwards it. "
    "Further events of this kind are recorded without another alert until tomorrow.",
)
UNJUDGED = Rule(
    "unjudged-event",
    "Event that could not be judged",
    "medium",
    "A record of it is kept, but a mistake in the judgement kept the rules from it.",
    "Read the error below and the function's log; correct it, then replay the events of this day. "
    "Further events of this kind are recorded without another alert until tomorrow.",
)

RULES = {
    rule.id: rule
    for rule in (
        ROOT_SIGN_IN,
        NO_MFA,
        FAILED_SIGN_INS,
        NETWORK,
        UNLOGGED_SESSION,
        OTHER_DOCUMENT,
        TAMPERING,
        HOURS,
        ALARM,
        SILENT_MEMBER,
        GROUP_DIFFERENCE,
        GROUP_UNJUDGED,
        GROUP_ENFORCEMENT,
        GROUP_SWEEP,
        MISSING_EVIDENCE,
        UNCLAIMED_RECORDING,
        SILENT_EVIDENCE,
        DIGEST_GAP,
        UNASKED_EVIDENCE,
        UNKNOWN,
        UNJUDGED,
    )
}
