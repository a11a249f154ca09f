// Texts of clients that terminals and logs of other people show.

/** Returns the text in one line, without control characters and characters that change the direction of text. */
export const plainText = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
