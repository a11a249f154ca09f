// Filled in by its first content.
export {};
