import { extname } from 'node:path';
import ts from 'typescript';
import { read } from './sources.js';

/** Words for people in a file: a declared name, a comment, or a text that a person may read. */
export interface Text {
  readonly line: number;
  readonly type: 'name' | 'method' | 'comment' | 'prose';
  readonly text: string;
}

const STATEMENT = /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|LOCK TABLE|NOTIFY|LISTEN|WHERE|GRANT)\b/;

/** SQL, patterns and other literals that are not for people. */
const isProse = (text: string): boolean => /[A-Za-z’]+ [A-Za-z’]+/.test(text) && !STATEMENT.test(text);

const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length;

/** Without the marks, one text per comment. */
const bare = (comment: string): string =>
  comment
    .replace(/^\/\*+|\*+\/$/g, '')
    .replace(/^\s*(\/\/|\*(?!\*)|#)+[ -]*/gm, '')
    .trim();

/** Names that a class or a file declares, its comments, and its literals of several words. */
function textsOfCode(path: string): Text[] {
  const file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  const texts: Text[] = [];
  const comments = new Map<number, ts.CommentRange>();
  const add = (type: Text['type'], position: number, text: string): void => {
    texts.push({ line: file.getLineAndCharacterOfPosition(position).line + 1, type, text });
  };
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(file.text, node.getEnd()) ?? []),
    ];
    for (const range of ranges) comments.set(range.pos, range);
    if (ts.isMethodDeclaration(node) || ts.isMethodSignature(node))
      add('method', node.name.getStart(), node.name.getText());
    else if (isExported(node)) for (const name of declaredNames(node)) add('name', node.getStart(), name);
    else if ((ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) && isProse(node.text))
      add('prose', node.getStart(), node.text);
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  for (const { pos, end } of comments.values()) add('comment', pos, bare(file.text.slice(pos, end)));
  return texts;
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

function declaredNames(node: ts.Node): string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = node as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

/** A page without what it quotes from code. */
function textsOfPage(path: string): Text[] {
  const blank = (quoted: string): string => quoted.replace(/[^\n]/g, ' ');
  const text = read(path)
    .replace(/^ *```[^]*?^ *```/gm, blank)
    .replace(/`[^`\n]*`|\]\([^)]*\)|<!--[^]*?-->|(?<!\S)\/[\w{}/.:-]+/g, blank);
  return text.split('\n').map((each, index): Text => ({ line: index + 1, type: 'prose', text: each }));
}

/** Comments, and what an alert or a schema says to people. */
function textsOfSettings(path: string): Text[] {
  const said =
    /^\s*(?:- )?"?(?:summary|description|message|title)"?: (.*)$|^\s*(?:#|--)+\s*(.*)$|\s#\s+(.*)$|\{\{-?\s*\/\*(.*)\*\//;
  return read(path)
    .split('\n')
    .flatMap((line, index): Text[] => {
      const [, value, comment, trailing, template] = said.exec(line) ?? [];
      const text = (value ?? comment ?? trailing ?? template)?.replace(/`[^`]*`/g, ' ');
      return text ? [{ line: index + 1, type: value === undefined ? 'comment' : 'prose', text }] : [];
    });
}

const textsOfStyles = (path: string): Text[] =>
  [...read(path).matchAll(/\/\*[^]*?\*\//g)].map((comment) => ({
    line: lineOf(read(path), comment.index),
    type: 'comment',
    text: bare(comment[0]),
  }));

/** What a person reads in a file: by its ending, nothing for data and pictures. */
export function textsOf(path: string): Text[] {
  const ending = extname(path);
  if (/^\.[cm]?[tj]s$/.test(ending)) return textsOfCode(path);
  if (ending === '.md' || ending === '.txt') return textsOfPage(path);
  if (['.yaml', '.yml', '.tpl', '.sh', '.sql'].includes(ending) || /Dockerfile$/.test(path))
    return textsOfSettings(path);
  return ending === '.css' ? textsOfStyles(path) : [];
}
