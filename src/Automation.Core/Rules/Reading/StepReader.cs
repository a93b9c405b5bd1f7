using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads what a rule does: device actions and the other steps (ACT-11).</summary>
/// <param name="context">The reading.</param>
/// <param name="triggerKinds">The kinds the triggering resource can have; null: there is none, so <c>$trigger</c> cannot be used.</param>
internal sealed class StepReader(ReadContext context, IReadOnlySet<string>? triggerKinds)
{
    public const int MaxScript = 16_384;
    private const int MaxSteps = 128;
    private static readonly string[] Forms = ["action", "delay", "wait", "if", "repeat", "stop", "publish", "notify", "setRule", "setState", "script"];
    private static readonly string[] CommonActionNames = ["action", "on", "expiresAfter"];
    private static readonly string[] PublishNames = ["topic", "payload", "retain", "qos"];
    private static readonly string[] NotifyNames = ["message", "receivedBy", "recipients"];
    private static readonly string[] Receivers = ["portal", "mobileClient", "email"];
    private static readonly string[] People = ["siteManager", "installerAdmin"];
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    /// <summary>What a message on MQTT holds when the author gives no payload.</summary>
    public const string DefaultPayload = """{"at":"${at}","rule":"${rule}","source":"${source}","event":"${event}"}""";

    /// <summary>The device actions read so far with where they were written, for checks of the whole rule.</summary>
    public List<(ActionStep Step, JsonNode At)> Actions { get; } = [];

    public ImmutableArray<Step> Read(JsonNode? node, string what, int min = 1)
    {
        if (node is null) return [];
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (JsonNode item in Values.List(context, node, what, min, MaxSteps) ?? [])
        {
            if (One(item) is { } step) steps.Add(step);
        }

        return steps.ToImmutable();
    }

    /// <summary>receivedBy and recipients with those that always count (EXC-3).</summary>
    public static (ImmutableArray<string> ReceivedBy, ImmutableArray<string> Recipients) Audience(ReadContext context, ObjectReader reader)
    {
        ImmutableArray<string> by = reader.Find("receivedBy") is { } r ? Values.Words(context, r, "receivedBy", Receivers) : [];
        ImmutableArray<string> to = reader.Find("recipients") is { } p ? Values.Words(context, p, "recipients", People) : [];
        return (InOrder(by, Receivers), InOrder(to, People));
    }

    /// <summary>Where an action names the target: its own entry, or the list when a wildcard or tag selected it.</summary>
    public static JsonNode Place(JsonNode action, ResourceAddress target)
    {
        if (action.Find("on") is not { } on) return action;
        return on.Children.FirstOrDefault(c => c.Text == target.Value) ?? on;
    }

    private static ImmutableArray<string> InOrder(ImmutableArray<string> words, string[] order) => [.. order.Where((w, i) => i == 0 || words.Contains(w))];

    private Step? One(JsonNode node)
    {
        if (node.Kind != JsonKind.Object)
        {
            context.Error(Codes.WrongType, node, $"an action is an object, not {node.KindWord}", "write { \"action\": \"record\", \"on\": [ … ] }");
            return null;
        }

        (string? form, string? second) = node.Among(Forms);
        if (form is null || second is not null)
        {
            string? first = node.Children.FirstOrDefault()?.Name;
            string otherwise = "give one of " + string.Join(", ", Forms);
            string message = form is null ? "this action says nothing to do" : $"this action is both '{form}' and '{second}'";
            context.Error(Codes.Ambiguous, node, message, form is null && first is not null ? context.DidYouMean(first, Forms, otherwise) : "make them two entries of the list");
            return null;
        }

        JsonNode value = node.Find(form)!;
        return form switch
        {
            "action" => Action(node, value),
            "delay" => Open(node, ["delay"], out _) && Values.Duration(context, value, "delay", Millisecond, Day) is { } delay ? new DelayStep(delay) : null,
            "wait" => Wait(node, value),
            "if" => If(node, value),
            "repeat" => Repeat(node, value),
            "stop" => Open(node, ["stop"], out ObjectReader stop) && stop.Flag("stop", true) ? new StopStep() : null,
            "publish" => Open(node, ["publish"], out _) ? Publish(value) : null,
            "notify" => Open(node, ["notify"], out _) ? Notify(value) : null,
            "setRule" => Open(node, ["setRule", "enabled"], out ObjectReader set) && References.Rule(context, value, "setRule") is { } rule ? new SetRuleStep(rule, set.Flag("enabled", true)) : null,
            "setState" => SetState(node, value),
            _ => Open(node, ["script"], out _) && Values.Text(context, value, "script", MaxScript) is { } script ? new ScriptStep(script) : null,
        };
    }

    private bool Open(JsonNode node, ReadOnlySpan<string> known, out ObjectReader reader) => ObjectReader.TryOpen(context, node, "this action", known, out reader);

    private ActionStep? Action(JsonNode node, JsonNode name)
    {
        if (Values.Text(context, name, "action", 64) is not { } action) return null;
        if (!ActionTypes.All.TryGetValue(action, out ActionTypeInfo? type))
        {
            context.Error(Codes.ActionUnknown, name, $"there is no action '{Nearest.Shorten(action)}'", context.DidYouMean(action, ActionTypes.All.Keys, "see the list of actions in docs/rules.md"));
            return null;
        }

        DataObject parameters = Parameters(node, type);
        JsonNode? on = node.Find("on");
        if (on is null)
        {
            context.Error(Codes.PropertyMissing, node, $"the action '{action}' does not say on what", "add \"on\": [ … ] with the resources");
            return null;
        }

        var wanted = new Selections.Wanted(type.Kinds, Codes.ActionNotOnResource, $"cannot do '{action}'", PreferParts: true);
        ImmutableArray<ResourceAddress> targets = Selections.Read(context, on, "on", wanted, out bool onTrigger);
        if (onTrigger) CheckTrigger(on, type);
        TimeSpan? expires = node.Find("expiresAfter") is { } e ? Values.Duration(context, e, "expiresAfter", Second, Day) : null;
        CheckKnown(node, type, parameters, targets);
        var step = new ActionStep(action, targets, onTrigger, parameters, expires);
        Actions.Add((step, node));
        return step;
    }

    private DataObject Parameters(JsonNode node, ActionTypeInfo type)
    {
        DataObject parameters = DataObject.Empty;
        bool sound = true;
        foreach (JsonNode child in node.Children)
        {
            if (Array.IndexOf(CommonActionNames, child.Name) >= 0) continue;
            if (type.Parameter(child.Name!) is not { } parameter)
            {
                string otherwise = type.Parameters.IsEmpty ? "remove it; the action takes no parameters" : "it takes " + type.Takes;
                context.Findings.AtName(Codes.ParameterUnknown, child, $"the action '{type.Name}' does not take '{Nearest.Shorten(child.Name!)}'", context.DidYouMean(child.Name!, type.Parameters.Select(p => p.Name).Concat(CommonActionNames), otherwise));
                continue;
            }

            if (ActionParameters.Read(context, child, parameter) is { } read) parameters = parameters.With(child.Name!, read);
            else sound = false;
        }

        foreach (ActionParameterInfo parameter in type.Parameters)
        {
            if (!parameter.Required || node.Has(parameter.Name)) continue;
            sound = false;
            context.Error(Codes.ParameterMissing, node, $"the action '{type.Name}' needs '{parameter.Name}'", $"add \"{parameter.Name}\": {parameter.Takes}");
        }

        if (sound) ActionParameters.CheckTogether(context, node, type, parameters);
        // Written out where lint and explain look at it; every other default is the device's side's.
        if (type.Name == "arm" && !node.Has("mode")) parameters = parameters.With("mode", "away");
        return parameters;
    }

    private void CheckTrigger(JsonNode on, ActionTypeInfo type)
    {
        if (triggerKinds is null)
        {
            context.Error(Codes.NoTriggerResource, on, $"'{Selections.Trigger}' stands for nothing here: no resource triggers this rule", "name the resource");
        }
        else if (triggerKinds.Count > 0 && !type.Kinds.Any(triggerKinds.Contains))
        {
            context.Error(Codes.ActionNotOnResource, on, $"what triggers this rule cannot do '{type.Name}'", "name a resource that can");
        }
    }

    /// <summary>Presets, patrols, patterns and settings that the targets do not have.</summary>
    private void CheckKnown(JsonNode node, ActionTypeInfo type, DataObject parameters, ImmutableArray<ResourceAddress> targets)
    {
        foreach (ResourceAddress target in targets)
        {
            bool complete = type.Parameters.All(p => !p.Required || !parameters[p.Name].IsNull);
            if (complete && context.Site.DeviceOf(target) is { } device && ActionCheck.Profile(device, type, parameters) is { } unfit)
            {
                int split = unfit.LastIndexOf(": ", StringComparison.Ordinal);
                context.Error(Codes.ParameterShape, node.Find("value") ?? node, unfit[..split], unfit[(split + 2)..]);
                continue;
            }

            if (context.Site.ResourceOf(target) is not { } resource || ActionCheck.Known(resource, type, parameters) is not { } problem) continue;
            int colon = problem.LastIndexOf(": ", StringComparison.Ordinal);
            JsonNode at = (type.Parameters.FirstOrDefault(p => p.Name is "preset" or "patrol" or "pattern" or "number") is { } parameter ? node.Find(parameter.Name) : null) ?? node;
            context.Error(Codes.PresetUnknown, at, problem[..colon], problem[(colon + 2)..]);
        }
    }

    private WaitStep? Wait(JsonNode node, JsonNode value)
    {
        if (!Open(node, ["wait"], out _) || !ObjectReader.TryOpen(context, value, "'wait'", ["until", "timeout", "goOn"], out ObjectReader reader)) return null;
        Condition? until = reader.Require("until", "'wait'") is { } u ? ConditionReader.Read(context, u) : null;
        TimeSpan? timeout = reader.Require("timeout", "'wait'") is { } t ? Values.Duration(context, t, "timeout", Second, Day) : null;
        bool goOn = reader.Flag("goOn", false);
        return until is not null && timeout is { } limit ? new WaitStep(until, limit, goOn) : null;
    }

    private IfStep? If(JsonNode node, JsonNode value)
    {
        if (!Open(node, ["if", "then", "else"], out ObjectReader reader)) return null;
        Condition? condition = ConditionReader.Read(context, value);
        ImmutableArray<Step> then = Read(reader.Require("then", "this action"), "then");
        ImmutableArray<Step> otherwise = Read(reader.Find("else"), "else");
        return condition is null ? null : new IfStep(condition, then, otherwise);
    }

    private RepeatStep? Repeat(JsonNode node, JsonNode value)
    {
        if (!Open(node, ["repeat", "actions"], out ObjectReader reader)) return null;
        int? times = Values.Whole(context, value, "repeat", 2, 100);
        ImmutableArray<Step> steps = Read(reader.Require("actions", "'repeat'"), "actions");
        return times is { } count ? new RepeatStep(count, steps) : null;
    }

    private PublishStep? Publish(JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "'publish'", PublishNames, out ObjectReader reader)) return null;
        JsonNode? topicNode = reader.Require("topic", "'publish'");
        string? topic = topicNode is null ? null : Values.Text(context, topicNode, "topic", 1024);
        if (topic is not null && topic.AsSpan().ContainsAny('+', '#', '\0'))
        {
            context.Error(Codes.TopicShape, topicNode!, $"'{Nearest.Shorten(topic)}' is not a topic name", "+ and # belong in filters; write the whole name");
            topic = null;
        }

        string payload = reader.Find("payload") is { } p ? (p.Kind == JsonKind.Text ? p.Text : JsonText.Write(p)) : DefaultPayload;
        bool retain = reader.Flag("retain", false);
        int qos = reader.Whole("qos", 0, 2) ?? 0;
        return topic is null ? null : new PublishStep(topic, payload, retain, (byte)qos);
    }

    private NotifyStep? Notify(JsonNode node)
    {
        if (node.Kind == JsonKind.Text) return Values.Text(context, node, "notify", 1024) is { } text ? new NotifyStep(text, ["portal"], ["siteManager"]) : null;
        if (!ObjectReader.TryOpen(context, node, "'notify'", NotifyNames, out ObjectReader reader)) return null;
        string? message = reader.Require("message", "'notify'") is { } m ? Values.Text(context, m, "message", 1024) : null;
        (ImmutableArray<string> by, ImmutableArray<string> to) = Audience(context, reader);
        return message is null ? null : new NotifyStep(message, by, to);
    }

    private SetStateStep? SetState(JsonNode node, JsonNode value)
    {
        if (!Open(node, ["setState", "to"], out ObjectReader reader)) return null;
        ImmutableArray<ResourceAddress> resource = Selections.Read(context, value, "setState", Selections.Wanted.Anything);
        JsonNode? to = reader.Require("to", "'setState'");
        if (to is null) return null;
        if (to.Kind != JsonKind.Object || to.Children.Count is 0 or > 50)
        {
            context.Error(Codes.WrongType, to, "'to' is an object of 1 to 50 properties", "write { \"to\": { \"flag\": true } }");
            return null;
        }

        DataObject properties = DataObject.Empty;
        foreach (JsonNode child in to.Children)
        {
            if (child.Kind == JsonKind.Null) properties = properties.With(child.Name!, DataValue.Null);
            else if (Values.Data(context, child, child.Name!) is { } data) properties = properties.With(child.Name!, data);
        }

        if (resource.Length > 1) context.Error(Codes.ListLength, value, "'setState' sets one resource", "write one action for each");
        return resource.Length == 1 ? new SetStateStep(resource[0], properties) : null;
    }
}
