import { describe, expect, test } from 'vitest';
import type { Question } from '../../src/decision/question.ts';
import { ruleInput } from '../../src/decision/rule-input.ts';
import { ruleOf } from '../../src/decision/rule-language.ts';
import { inputLimits, ruleVariables } from '../../src/decision/rule-variables.ts';
import { linearPattern } from '../../src/doors/linear-pattern.ts';
import { aLine, anArtifact, aPerson, aPlan, aRequest, at, bo, sha, someFacts } from '../support/builders.ts';
import { aQuestion as plainQuestion } from './question-builder.ts';

const commit = (title: string, author = 'Ana Andersen') => ({ sha: sha('c2'), title, author });
const checked: Question['facts']['checked'] = {
  checks: [{ name: 'ci', state: 'passed', at: at() }],
  vulnerabilities: { critical: 0, high: 3, medium: 4, low: 5, at: at() },
};

function aQuestion(over: Partial<Question> = {}): Question {
  return plainQuestion({
    request: aRequest({ because: 'checkout fix', ref: 'CHG42' }),
    plan: aPlan({ commits: [commit('Fix the checkout'), commit('feat!: drop v1', 'Bo Berg')], commitCount: 2 }),
    facts: someFacts({ checked }),
    now: at(60_000),
    ...over,
  });
}

function judged(expression: string, question = aQuestion()): string {
  const rule = ruleOf(expression);
  if (rule.kind === 'refused') return `${rule.at}: ${rule.because}`;
  const answer = rule.judge(ruleInput(question));
  return answer.kind === 'failed' ? `failed: ${answer.because}` : answer.kind;
}

describe('a rule', () => {
  test.each([
    ['request.intent == "release" && request.service == "web"'],
    ['request.squad == "storefront" && request.because.contains("checkout") && request.ref == "CHG42"'],
    ['time - request.at == duration("1m")'],
    ['plan.from == "1.4.1" && plan.to == "1.4.2" && plan.step == "patch" && !plan.backwards'],
    ['plan.commitCount == 2 && plan.titles.size() == 2'],
    ['plan.titles.exists(t, re(t, "^[a-z]+!:"))'],
    ['plan.authors.all(a, a.startsWith("Ana") || a.endsWith("Berg"))'],
    ['plan.authors.filter(a, a == "Bo Berg").map(a, a.upperAscii()) == ["BO BERG"]'],
    ['plan.titles.exists_one(t, glob(t, "feat*v?"))'],
    ['plan.files.all(f, f.startsWith("apps/production/"))'],
    ['artifact.branch == "main" && artifact.digest.startsWith("sha256:") && artifact.commit.size() == 40'],
    ['artifact.version == "1.4.2" && artifact.author == "Ana Andersen" && artifact.image.contains("/web")'],
    ['time - artifact.builtAt < duration("24h")'],
    ['artifact.checks["ci"] == "passed" && artifact.checks.ci == "passed" && !("scan" in artifact.checks)'],
    ['artifact.vulnerabilities.critical == 0 && artifact.vulnerabilities["high"] <= 3'],
    ['environment.name == "production" && "prod-eu" in environment.clusters && environment.after == ["staging"]'],
    ['requester.name == "ana" && requester.user == "UANA" && requester.email == "ana@example.com"'],
    ['"releaser" in requester.roles && !("operator" in requester.roles)'],
    ['"@developers" in requester.groups'],
    [
      'time.getDayOfWeek("Europe/Copenhagen") == 2 && time.getHours("Europe/Copenhagen") == 13 && time.getHours() == 12',
    ],
    ['int("3") + 1 == 4 && double("1.5") < 2.0 && string(3) == "3" && "  x ".trim().lowerAscii() == "x"'],
    ['{"web": 1, "api": 2}[request.service] == 1 ? -1 < 0 : false'],
    ['timestamp("2026-11-24T12:01:00Z") == time'],
  ])('%s', (expression) => expect(judged(expression)).toBe('holds'));

  test('says so when it is not true', () => {
    expect(judged('plan.commitCount > 2')).toBe('broken');
  });

  test.each([
    ['artifact.checks.scan == "passed"', 'failed: No such key: scan'],
    ['artifact.checks["constructor2"] == "passed"', 'failed: No such key: constructor2'],
    ['1 / (plan.commitCount - 2) == 1', 'failed: division by zero'],
    ['plan.titles[7] == ""', 'failed: No such key: index out of bounds, index 7 >= size 2'],
    ['int(plan.to) == 1', 'failed: int() type error: '],
    ['plan.commitCount + 9223372036854775807 > 0', 'failed: integer overflow: 9223372036854775809'],
  ])('that cannot be evaluated is not true: %s', (expression, expected) =>
    expect(judged(expression)).toContain(expected),
  );

  test('sees nothing of a scan that was not made', () => {
    const question = aQuestion({ facts: someFacts() });
    expect(judged('artifact.vulnerabilities.critical == 0', question)).toBe('failed: No such key: critical');
    expect(judged('has(artifact.vulnerabilities.critical)', question)).toBe('broken');
  });

  test.each([
    ['1.4.1', '2.0.0', 'major'],
    ['v1.4.1', 'v1.5.0', 'minor'],
    ['1.4.1', '1.4.1-rc.1', 'other'],
    ['1.4.2', '1.4.2', 'same'],
    ['main-42', '1.4.2', 'other'],
    ['10.4.1', '1.4.1', 'major'],
    ['1.14.1', '1.15.1', 'minor'],
    ['1.4.11', '1.4.12', 'patch'],
    ['1.4.2', 'main-42', 'other'],
    ['build-1.4.1', '1.4.2', 'other'],
  ])('knows how far %s and %s are apart: %s', (from, version, step) => {
    const plan = aPlan({ from: { version: from }, artifact: anArtifact({ version }) });
    expect(judged(`plan.step == "${step}"`, aQuestion({ plan }))).toBe('holds');
  });

  test('knows the first release of all', () => {
    expect(judged('plan.from == "" && plan.step == "other"', aQuestion({ plan: aPlan({ from: null }) }))).toBe('holds');
  });

  test('knows whose roles are meant', () => {
    const question = aQuestion({ request: aRequest({ requester: bo }) });
    expect(judged('requester.groups == ["@developers"] && requester.roles == ["viewer", "releaser"]', question)).toBe(
      'holds',
    );
    const stranger = aQuestion({ request: aRequest({ requester: aPerson('eve', { email: undefined }) }) });
    expect(
      judged('requester.roles.size() == 0 && requester.groups.size() == 0 && requester.email == ""', stranger),
    ).toBe('holds');
  });

  test('sees nothing of an environment that the file does not know, nor of checks that nobody reported', () => {
    const question = aQuestion({ request: aRequest({ environment: 'gone' }), facts: someFacts() });
    const expected = 'environment.clusters == [] && environment.after == [] && !("ci" in artifact.checks)';
    expect(judged(`environment.name == "gone" && ${expected}`, question)).toBe('holds');
    const { checks, vulnerabilities } = ruleInput(question)['artifact'] as {
      checks: Map<string, string>;
      vulnerabilities: Map<string, bigint>;
    };
    expect([checks.size, vulnerabilities.size]).toEqual([0, 0]);
  });

  test('may make a text of 10,000 characters, and no longer one', () => {
    const long = (rest: number) => `${'request.because + '.repeat(33)}"${'x'.repeat(rest)}" == ""`;
    expect(ruleOf(long(100)).kind).toBe('rule');
    expect(judged(long(101))).toContain('a text may grow to 10001 characters, at most 10000');
  });

  test('is compiled once, and so few are kept that they cannot fill the memory', () => {
    const first = ruleOf('plan.commitCount == 0');
    ruleOf('plan.commitCount == 1');
    expect(ruleOf('plan.commitCount == 0')).toBe(first);
    for (let count = 0; count <= 500; count += 1) ruleOf(`plan.commitCount == ${count} && true`);
    expect(ruleOf('plan.commitCount == 0')).not.toBe(first);
  });

  test('has at most 2,000 characters', () => {
    const long = (length: number) => `${'true && '.repeat(2)}"${'a'.repeat(length - 24)}" == ""`;
    expect(ruleOf(long(2_000)).kind).toBe('rule');
    expect(judged(long(2_001))).toBe('0: has 2001 characters, at most 2000');
  });

  test.each<[string, object, string]>([
    ['plan.backwards', { plan: { backwards: 'yes' } }, "Field 'backwards' is not of type 'bool', got 'string'"],
    [
      '{"a": 1}[request.because] == 1',
      { request: { because: `$${'y'.repeat(300)}` } },
      `No such key: ${'y'.repeat(187)}`,
    ],
  ])('says in one line of 200 characters why it cannot be evaluated: %s', (expression, input, because) => {
    const rule = ruleOf(expression);
    expect(rule.kind === 'rule' && rule.judge(input as never)).toEqual({ kind: 'failed', because });
  });

  test('sees long texts and lists only in part', () => {
    const plan = aPlan({
      commits: Array.from({ length: 200 }, () => commit('x'.repeat(500))),
      lines: Array.from({ length: 200 }, () => aLine()),
    });
    const question = aQuestion({ plan, request: aRequest({ because: 'y'.repeat(5_000) }) });
    const expected = [
      `request.because.size() == ${inputLimits.text}`,
      `plan.titles.size() == ${inputLimits.items} && plan.files.size() == ${inputLimits.items}`,
      `plan.titles[0].size() == ${inputLimits.item}`,
    ];
    expect(judged(expected.join(' && '), question)).toBe('holds');
  });

  test('is given a value for everything that it may speak of', () => {
    const input = ruleInput(aQuestion());
    for (const [name, members] of Object.entries(ruleVariables))
      expect(Object.keys(input[name] as object)).toEqual(Object.keys(members));
  });
});

describe('a rule that is mistaken', () => {
  test.each([
    ['plan.', '5: Expected IDENTIFIER, got EOF'],
    ['', 'Unexpected token: EOF'],
    ['reqest.intent == "release"', '0: Unknown variable: reqest; did you mean "request"?'],
    ['true && plan.comitCount > 1', '13: No such key: comitCount; did you mean "commitCount"?'],
    ['plan.x', '5: No such key: x; possible: from, to, step, backwards, commitCount, titles, authors, files'],
    [
      'plan.commitCount == "2"',
      '0: no such overload: int == string; both sides are of one type; a whole number is 3, a text "3"',
    ],
    ['request.intent == plan.x', '23: No such key: x; possible: from, to, step'],
    ['plan.titles.exists()', 'exists'],
    ['size() > 1', "0: found no matching overload for 'size()'"],
    ['glob() == true', "0: found no matching overload for 'glob()'"],
    ['plan . x', '7: No such key: x; possible: from, to'],
    ['plan\n.\n  x == 1', '9: No such key: x; possible: from, to'],
    ['requester.rol == ""', '10: No such key: rol; did you mean "role'],
    ['plan.commitCount', '0: yields int, expected true or false'],
    ['"yes"', '0: yields string, expected true or false'],
    ['request.service.startWith("w")', 'startWith is not a function here; possible: size, startsWith'],
    ['siz(plan.titles) > 1', 'siz is not a function here; possible: has, size'],
    ['request.service.startsWith(1)', "found no matching overload for 'string.startsWith(int)'"],
    ['request.service.contains(request.ref, "x")', 'found no matching overload'],
    ['plan.titles.exists(t, t)', 'exists(var, predicate) predicate must return bool'],
    ['plan.titles.exists(1, true)', 'invalid predicate iteration variable'],
  ])('%s: says where and what was meant', (expression, expected) => expect(judged(expression)).toContain(expected));
});

describe('a hostile rule', () => {
  const nested = 'plan.titles.exists(a, plan.titles.exists(b, plan.titles.exists(c, a == b)))';
  const chained = `["aa"]${'.map(x, x + x)'.repeat(20)}.size() == 1`;
  test.each([
    [
      'patterns that go back',
      'request.because.matches("(a+)+$")',
      '16: matches may take for ever; use re(text, "pattern")',
    ],
    ['a pattern that is made up', 're(request.service, request.because)', 're takes its pattern in quotes'],
    ['no pattern at all', 're(request.service)', '0: re takes its pattern in quotes, so that it can be checked'],
    ['a number as a pattern', 're(request.service, 3)', '0: re takes its pattern in quotes'],
    ['a pattern by a name', 're(request.service, plan)', '0: re takes its pattern in quotes'],
    ['a time zone that is a number', 'time.getHours(3) > 3', '14: is no IANA time zone in quotes'],
    ['a time zone in no quotes', 'time.getHours(UTC) > 3', '14: is no IANA time zone in quotes'],
    ['a pattern of 101 steps', 're(request.service, "a{99}")', '20: the pattern has 101 steps, at most 100 in a rule'],
    ['a constructor alone', 'constructor == ""', '0: constructor is not a name here'],
    [
      'much work for each key of a map',
      `{${Array.from({ length: 60 }, (_, index) => `"${index}": 1`).join(', ')}}.exists(k, ${Array(3).fill('time.getHours("UTC") > 3').join(' && ')})`,
      'steps in the worst case, at most 300000',
    ],
    ['a pattern that looks ahead', 're(request.service, "(?!x)")', '20: is no pattern in RE2 syntax'],
    ['a huge pattern', 're(request.service, "(a{1,30}){1,30}")', '20: the pattern has'],
    ['a pattern of 1,900 characters', `re(request.service, "${'a'.repeat(1_900)}")`, 'more than 500 characters'],
    ['100 kB', `"${'a'.repeat(100_000)}" == request.service`, '0: has 100021 characters, at most 2000'],
    ['macros in macros', nested, '34: exists stands inside of another list function'],
    ['a macro over the result of another', chained, 'map goes over the result of another list function'],
    ['a macro hidden in an index', '[[1].map(x, x)][0].exists(y, true)', 'goes over the result of another'],
    ['text that doubles in a binding', 'cel.bind(a, "xx", a + a) == ""', 'bind is not a function here'],
    ['a prototype', 'request.constructor == ""', '8: constructor is not a name here'],
    ['a prototype by index', 'artifact.checks["__proto__"] == ""', '16: __proto__ is not a name here'],
    ['a prototype as a name', 'plan.titles.exists(constructor, true)', 'constructor is not a name here'],
    ['a prototype as a variable', '__proto__ == 1', 'Reserved identifier: __proto__'],
    ['a variable that is hidden', 'plan.titles.exists(plan, plan == "")', 'plan is a variable already'],
    ['the time that is hidden', 'plan.titles.exists(time, time == "")', 'time is a variable already'],
    ['no types', 'dyn(request).foo == 1', 'dyn is not a function here'],
    ['types as values', 'type(request) == string', 'type is not a function here'],
    ['bytes', 'b"abc".json().x == 1', 'json is not a function here'],
    ['bytes alone', 'b"abc" == b"abc"', 'bytes are of no use here'],
    ['an unknown time zone', 'time.getHours("Europe/Nowhere") > 3', 'is no IANA time zone in quotes'],
    ['a time zone that is made up', 'time.getHours(request.because) > 3', 'is no IANA time zone in quotes'],
    ['more than 300 nodes', Array(200).fill('true').join(' && '), 'Exceeded maxAstNodes (300)'],
    ['more than 24 levels', `${'('.repeat(30)}true${')'.repeat(30)}`, 'Exceeded maxDepth (24)'],
    ['a list of 65', `[${Array(65).fill('1').join(',')}].size() == 65`, 'Exceeded maxListElements (64)'],
    [
      'much work for each item',
      `plan.titles.exists(t, ${Array(8).fill('time.getHours("Europe/Copenhagen") > 3').join(' && ')})`,
      'steps in the worst case, at most 300000',
    ],
    [
      'long needles in long hay',
      `plan.titles.exists(t, ${Array(20).fill('(t + t + t).contains(t + "b" + t)').join(' || ')})`,
      'steps in the worst case',
    ],
    [
      'text that grows',
      `(${Array(60).fill('request.because').join(' + ')}) == ""`,
      'a text may grow to 10200 characters',
    ],
  ])('with %s is refused', (_, expression, expected) => expect(judged(expression)).toContain(expected));

  test('whose patterns take just as much as they may is judged', () => {
    // 50 instructions for each of 199 characters and the end, 50 times: 500,000.
    const rule = ruleOf('plan.titles.exists(t, re(t, "a{47}b"))');
    const judge = (titles: number, length: number) =>
      rule.kind === 'rule' &&
      rule.judge({
        plan: { ...Object(ruleInput(aQuestion())['plan']), titles: Array(titles).fill('a'.repeat(length)) },
      }).kind;
    expect(linearPattern('a{47}b')).toMatchObject({ size: 50 });
    expect(judge(50, 199)).toBe('broken');
    expect(judge(50, 200)).toBe('failed');
  });

  test('whose patterns may take long is ended, and so is not true; the same facts are judged alike on every machine', () => {
    const rule = ruleOf('plan.titles.exists(t, re(t, "[ab]*a[ab]{60}[xc]$"))');
    if (rule.kind === 'refused') throw new Error(rule.because);
    // 67 instructions for each of 200 characters and the end: 37 titles are within the limit.
    const judge = (titles: number) =>
      rule.judge(
        ruleInput(
          aQuestion({ plan: aPlan({ commits: Array.from({ length: titles }, () => commit('a'.repeat(200))) }) }),
        ),
      );
    expect(judge(37)).toEqual({ kind: 'broken' });
    const because = 'its patterns take more than 500,000 steps; make them shorter or fewer';
    expect(judge(38)).toEqual({ kind: 'failed', because });
    // The limit is of one evaluation: the next begins anew.
    expect(judge(37)).toEqual({ kind: 'broken' });
  });
});

describe('what a rule costs at most', () => {
  test.each<[string, number]>([
    // Each value, name, member and operator is one step.
    ['true', 1],
    ['plan.backwards', 2],
    ['!plan.backwards', 3],
    ['plan.backwards || true', 4],
    ['plan.backwards ? true : false', 5],
    ['plan.commitCount > 3', 4],
    ['plan.commitCount + 1 > 3', 6],
    ['[1, 2] == [1]', 6],
    ['{"a": 1, "b": 2}["a"] == 1', 10],
    // Comparing a text, or the items of a list, takes longer the longer they may be.
    ['request.service == "web"', 196],
    ['request.service in ["web", "api"]', 198],
    ['"ci" in artifact.checks', 196],
    ['plan.titles[0] == ""', 198],
    ['artifact.checks["ci"] == "passed"', 198],
    // A list function takes its body for each item, of lists in a file as many as there are.
    ['plan.titles.exists(t, true)', 194],
    ['plan.titles.exists(t, t == "x")', 514],
    ['plan.titles.exists_one(t, t == "")', 514],
    ['[1, 2].all(n, n > 0)', 13],
    ['{"a": 1, "b": 2}.all(k, k != "")', 33],
    ['plan.titles.map(t, t) == []', 388],
    ['plan.titles.map(t, t + t) == []', 708],
    ['plan.titles.filter(t, t == "").size() == 0', 523],
    ['(plan.titles + plan.files).exists(t, true)', 389],
    ['plan.titles.filter(t, true).filter(t, true).map(u, u).size() == 1', 587],
    // Functions, by what they were measured to take for texts as long as these may be.
    ['request.service.startsWith("w")', 9],
    ['request.because.size() == 1', 11],
    ['size(request.because) == 1', 11],
    ['int("3") == 3', 10],
    ['has(artifact.checks.ci)', 9],
    ['request.because.contains("w")', 12],
    ['request.because.contains(request.ref)', 2_255],
    ['(request.because + request.ref).contains(request.ref)', 4_508],
    ['string(plan.commitCount).contains(request.ref)', 311],
    ['glob(request.service, "w*")', 154],
    ['glob(request.because, request.ref)', 22_505],
    ['re(request.service, "^w")', 34],
    ['request.because.lowerAscii() == ""', 18],
    ['request.because.upperAscii() == ""', 18],
    ['request.because.trim() == ""', 13],
    ['request.because.lowerAscii().contains(request.ref)', 2_266],
    ['request.because.upperAscii().contains(request.ref)', 2_266],
    ['request.because.trim().contains(request.ref)', 2_261],
    ['["a"].exists(t, t.contains(request.because))', 1_508],
    ['(plan.backwards ? plan.titles : plan.files).exists(t, true)', 199],
    ['plan.titles.filter(t, true).exists(u, u.contains(request.ref))', 144_578],
    ['re(request.service, "a{98}")', 34],
    ['plan.titles.exists(t, t.contains(t))', 144_322],
    ['time.getHours() > 3', 64],
    ['time.getHours("UTC") > 3', 2_705],
    ['time - request.at > duration("1h")', 67],
    ['timestamp("2026-11-24T12:01:00Z") == time', 236],
  ])('%s: %i', (expression, cost) => {
    expect(ruleOf(expression)).toMatchObject({ kind: 'rule', cost });
  });
});
