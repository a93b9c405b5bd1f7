using System.Collections.Frozen;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>What each parameter of an action may be (ACT-1…ACT-7).</summary>
/// <param name="Words">The values of a choice; empty for numbers, flags and texts.</param>
internal sealed record ActionParameter(DataKind Kind, double Min, double Max, bool Whole, string[] Words, bool Required)
{
    private static readonly FrozenDictionary<(string Action, string Name), ActionParameter> All = new Dictionary<(string, string), ActionParameter>
    {
        [("record", "seconds")] = Integer(1, 7200),            // 2 s to 2 h is the longest a camera of the seeds records (DEV-8).
        [("callPreset", "preset")] = Integer(1, 300, true),
        [("callPatrol", "patrol")] = Integer(1, 32, true),
        [("callPatrol", "command")] = Choice(false, "start", "stop", "pause"),
        [("callPattern", "pattern")] = Integer(1, 32, true),
        [("callPattern", "command")] = Choice(false, "run", "stop"),
        [("movePtz", "pan")] = Decimal(-3600, 3600),
        [("movePtz", "tilt")] = Decimal(-3600, 3600),
        [("movePtz", "zoom")] = Decimal(-1000, 1000),
        [("movePtz", "mode")] = Choice(true, "momentary", "continuous", "absolute", "relative"),
        [("movePtz", "milliseconds")] = Integer(1, 60_000),
        [("auxiliary", "number")] = Integer(1, 16),
        [("auxiliary", "type")] = Choice(true, "light", "wiper", "fan", "heater"),
        [("auxiliary", "state")] = Choice(true, "on", "off"),
        [("irCut", "mode")] = Choice(true, "day", "night", "auto"),
        [("triggerAlarmOutput", "state")] = Choice(false, "high", "low", "pulse"),
        [("triggerAlarmOutput", "pulseSeconds")] = Integer(1, 3600),
        [("pulseAlarmOutput", "milliseconds")] = Integer(1, 3_600_000),
        [("sirenOn", "seconds")] = Integer(1, 3600),
        [("arm", "mode")] = Choice(false, "away", "stay"),
        [("deactivateZone", "mode")] = Choice(false, "off", "lidOnly", "entirely"),
        [("deactivateZone", "permanent")] = new(DataKind.Boolean, 0, 0, false, [], false),
        [("playAudio", "audio")] = new(DataKind.Null, 0, 0, false, [], false),
        [("extendPort", "enabled")] = new(DataKind.Boolean, 0, 0, false, [], true),
    }.ToFrozenDictionary();

    /// <summary>Null for a parameter that the table does not know: any single value is taken.</summary>
    public static ActionParameter? Of(string action, string name) => All.GetValueOrDefault((action, name));

    public DataValue? Read(ReadContext context, JsonNode node, string name)
    {
        switch (Kind)
        {
            case DataKind.Number:
                // The nulls are spelled out: a bare one would become the value null.
                return (Whole ? Values.Whole(context, node, name, (int)Min, (int)Max) : Values.Number(context, node, name, Min, Max)) is { } number ? DataValue.FromNumber(number) : (DataValue?)null;
            case DataKind.Text:
                return Values.Choice(context, node, name, Words) is { } word ? DataValue.FromText(word) : (DataValue?)null;
            case DataKind.Boolean when node.Kind == JsonKind.Boolean:
                return node.Boolean;
            case DataKind.Boolean:
                context.Error(Codes.WrongType, node, $"'{name}' is true or false, not {node.KindWord}", "write true or false without quotes");
                return null;
            default:
                return Values.Data(context, node, name);
        }
    }

    private static ActionParameter Integer(double min, double max, bool required = false) => new(DataKind.Number, min, max, true, [], required);

    private static ActionParameter Decimal(double min, double max) => new(DataKind.Number, min, max, false, [], false);

    private static ActionParameter Choice(bool required, params string[] words) => new(DataKind.Text, 0, 0, false, words, required);
}
