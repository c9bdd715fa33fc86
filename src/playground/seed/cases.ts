/** What the policies of Acme are to decide, beside the file that says it: `npm start -- policy test sluice.cases.yaml`. */
export const casesYaml = `# What sluice.yaml is to decide. Run it before a change of it bites: npm start -- policy test sluice.cases.yaml
policies: sluice.yaml
given:
  request: { service: web, environment: production, version: 1.4.2, by: ana }
  running: 1.4.1
  artifact: { branch: main, checks: [ci, scan], vulnerabilities: { critical: 0 } }
  members:
    "@developers": [ana, bo, cy]
    "@platform": [bo, cy]
    "@storefront": [ana]
cases:
  - name: a developer releases to dev without votes
    request: { environment: dev }
    expect: allowed
  - name: nothing skips staging
    votes: [bo, cy]
    expect: { decision: denied, reasons: [not-healthy-before] }
  - name: production waits for two others
    healthy: { staging: [1.4.2] }
    votes: [bo, ana]
    expect: { decision: held, reasons: [approvals-missing] }
  - name: with two votes it goes
    healthy: { staging: [1.4.2] }
    votes: [bo, cy]
    expect: allowed
  - name: a feature branch never reaches production
    artifact: { branch: feature/banner }
    healthy: { staging: [1.4.2] }
    votes: [bo, cy]
    expect: { decision: denied, reasons: [branch-not-allowed] }
  - name: sales release nothing
    request: { environment: dev, by: olu }
    expect: { decision: denied, reasons: [not-authorized] }
  - name: a rollback waits for nobody, but for a lock
    request: { intent: rollback, version: 1.4.1 }
    holds: [{ environment: production, because: audit, by: mia }]
    expect: { decision: held, reasons: [locked] }
`;
