using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Tests.Composition;

public sealed class ShippedTemplatesTests
{
    /// <summary>The six of Table 6-8.</summary>
    private static readonly string[] Required = ["intrusion", "forced-entry-alarm", "back-to-home", "away", "visitor-calling", "perimeter-zone-alarm"];

    [Fact, Trait("Req", "LNK-11")]
    public void Library_HoldsTheSixOfTheTableAndMore_WithoutAFinding()
    {
        TemplateReading reading = TemplateLibrary.Read(ShippedTemplates.Files());
        Assert.Empty(reading.Findings);
        Assert.Empty(Required.Except(reading.Library.Templates.Select(t => t.Id)));
        Assert.True(reading.Library.Templates.Count() >= 12);
    }

    [Fact, Trait("Req", "LNK-11")]
    public void EveryTemplate_ProvesItselfOnTheEngine()
    {
        foreach (Template template in ShippedTemplates.Library.Templates)
        {
            Assert.True(template.Tests > 0, $"{template} has no timeline");
            Assert.Empty(TemplateProof.Run(template, TimelineEngine.Run));
        }
    }
}
