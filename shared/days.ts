export const msPerDay = 86_400_000;

/** How many days before its end a key ends soon: its holders are reminded from then on. */
export const soonDays = 14;
