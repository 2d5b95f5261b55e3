import { Section } from "@/shared/ui/section";
import { Bar } from "@/shared/ui/skeleton";

const PARTS: [string, number][] = [
  ["Why", 320],
  ["Usage a day", 320],
  ["Usage value to quarter end", 200],
  ["Discrepancies", 120],
];

/** The account page before its figures, in their places. */
export function AccountSkeleton() {
  return (
    <div aria-hidden="true">
      <header className="account-head">
        <div className="account-title">
          <Bar width={260} height={28} />
          <p>
            <Bar width={200} />
          </p>
        </div>
        <div className="facts">
          {["variance", "invoice", "reconciled"].map((key) => (
            <div key={key} className="fact">
              <Bar width={90} />
              <Bar width={140} height={24} />
            </div>
          ))}
        </div>
      </header>
      <div className="account-body">
        {PARTS.map(([title, height]) => (
          <Section key={title} title={title}>
            <Bar height={height} />
          </Section>
        ))}
      </div>
    </div>
  );
}
