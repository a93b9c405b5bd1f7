using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Host.Composition;
using Automation.Host.Scripting;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Journal;

/// <summary>
/// Steps a site's engine through the entries of its journal: the live site, a restore and a replay all do it here, so that they cannot differ.
/// </summary>
/// <param name="rulesOf">The rule set of a fingerprint.</param>
/// <param name="told">Takes what the engine gives out, by documents.</param>
internal sealed partial class JournalPlayer(string site, Func<string, SiteRules> rulesOf, IEngineSink told, ILogger logger)
{
    private readonly OutputDigest _digest = new(told);
    private DocumentSink? _sink;
    private SiteRules? _offered;

    /// <summary>Null until the first Load, or a snapshot.</summary>
    public SiteEngine? Engine { get; private set; }

    /// <summary>The rules in force; null like the engine.</summary>
    public SiteRules? Rules { get; private set; }

    /// <summary>Number of the last entry that was played.</summary>
    public long Sequence { get; private set; }

    /// <summary>Of what was given out since the last <see cref="ResetDigest"/>.</summary>
    public ulong Digest => _digest.Value;

    /// <summary>Begins with a state that was kept.</summary>
    /// <exception cref="InvalidDataException">The bytes are no snapshot, or a damaged one.</exception>
    public void Restore(SiteRules rules, long sequence, ReadOnlySpan<byte> snapshot)
    {
        Engine = SiteEngine.Restore(rules.Program, EngineOptions.Default, snapshot, new JintScriptHost(ScriptLimits.Default));
        Sequence = sequence;
        Adopt(rules);
    }

    /// <summary>Makes a rule set known before the Load that names it.</summary>
    public void Offer(SiteRules rules) => _offered = rules;

    public void ResetDigest() => _digest.Reset();

    /// <summary>Takes one entry. What follows from it goes to the sink before this returns.</summary>
    /// <exception cref="InvalidDataException">An entry comes before the first Load, or its rule set cannot be had.</exception>
    public void Play(in JournalEntry entry)
    {
        Sequence = entry.Sequence;
        if (entry.Kind == JournalEntryKind.Load)
        {
            Load(in entry);
            return;
        }

        if (Engine is not { } engine) throw JournalCodec.Damaged("it does not begin with its rules");
        try
        {
            switch (entry.Kind)
            {
                case JournalEntryKind.Start:
                    engine.Start(entry.Input, _sink!);
                    break;
                case JournalEntryKind.Command:
                    _digest.Requested(entry.ToRequest(site));
                    break;
                default:
                    engine.Step(entry.Input, _sink!);
                    break;
            }
        }
        catch (Exception e)
        {
            // A broken invariant of the engine drops this input, never the site.
            LogEngineBroke(logger, site, entry.Sequence, e);
        }
    }

    private void Load(in JournalEntry entry)
    {
        SiteRules rules = _offered is { } offered && offered.Fingerprint == entry.Text ? offered : rulesOf(entry.Text!);
        _offered = null;
        if (Engine is null) Engine = new SiteEngine(rules.Program, EngineOptions.Default, new JintScriptHost(ScriptLimits.Default));
        else Engine.Load(rules.Program, entry.Input, new DocumentSink(rules.Program, _digest));
        Adopt(rules);
    }

    private void Adopt(SiteRules rules)
    {
        Rules = rules;
        _sink = new DocumentSink(rules.Program, _digest);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Site}: input {Sequence} was dropped, the engine could not take it")]
    private static partial void LogEngineBroke(ILogger logger, string site, long sequence, Exception e);
}
