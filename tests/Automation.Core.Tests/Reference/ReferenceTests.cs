using System.Diagnostics;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;

namespace Automation.Core.Tests.Reference;

/// <summary>Random programs over random histories: the engine does what the slow reference does.</summary>
public sealed class ReferenceTests
{
    private const int Rules = 6;
    private const int Inputs = 40;

    [Theory, Trait("Req", "LNK-1")]
    [InlineData((int)Features.Events, 150)]
    [InlineData((int)(Features.States | Features.Toggles), 120)]
    [InlineData((int)(Features.States | Features.Notification), 120)]
    [InlineData((int)(Features.States | Features.Holds), 120)]
    [InlineData((int)Features.Thresholds, 120)]
    [InlineData((int)Features.Counts, 120)]
    [InlineData((int)Features.Sequences, 120)]
    [InlineData((int)Features.Absences, 120)]
    [InlineData((int)Features.Schedules, 100)]
    [InlineData((int)(Features.Delays | Features.Modes), 150)]
    [InlineData((int)(Features.States | Features.Waits), 120)]
    [InlineData((int)(Features.Chains | Features.States), 120)]
    [InlineData((int)(Features.Exceptions | Features.States | Features.Thresholds), 120)]
    [InlineData((int)Features.All, 1500)]
    public void Step_OfRandomProgramsAndHistories_IsWhatTheReferenceDoes(int features, int cases)
    {
        for (int seed = 1; seed <= cases; seed++)
        {
            var site = new RandomSite(seed, (Features)features);
            SiteProgram program = site.Program(Rules);
            List<EngineInput> history = site.History(Inputs, Rules);
            string? difference = EnginePair.Compare(program, history);
            Assert.True(difference is null, $"features {(Features)features}, seed {seed}:{Environment.NewLine}{difference}");
        }
    }
}
