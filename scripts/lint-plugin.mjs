// Bans of the house style that no rule of the linter covers.

const ban = (selector, message) => ({
  create: (context) => ({ [selector]: (node) => context.report({ node, message }) }),
});

// The linter loads a plugin by its default export.
export default {
  meta: { name: 'pareto' },
  rules: {
    'named-re-exports': ban('ExportAllDeclaration[exported=null]', 'Name what is exported.'),
    'no-current-date': ban("NewExpression[callee.name='Date'][arguments.length=0]", 'Take a Clock.'),
  },
};
