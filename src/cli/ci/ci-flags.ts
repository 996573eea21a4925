/** The flags of every command that a CI is told the outcome of. */
export const ciFlags = ['summary', 'openmetrics', 'junit'] as const;
