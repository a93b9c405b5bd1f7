using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Checks what an instance gives for an input.</summary>
internal static class InputValues
{
    /// <summary>Whether the value fits the input; a finding says why not.</summary>
    public static bool Fits(ReadContext context, TemplateInput input, JsonNode node)
    {
        int errors = context.Findings.Errors;
        switch (input.Type)
        {
            case InputType.Resource: Resource(context, input, node); break;
            case InputType.Schedule: ScheduleReader.Windows(context, node, input.Name); break;
            case InputType.Text: Values.Text(context, node, input.Name, 1024); break;
            case InputType.Number: Values.Number(context, node, input.Name, input.Min, input.Max); break;
            case InputType.Duration: Values.Duration(context, node, input.Name, TimeSpan.Zero, TimeSpan.FromDays(7)); break;
            case InputType.Time: Values.Time(context, node, input.Name); break;
            case InputType.Choice: Values.Choice(context, node, input.Name, input.Words.AsSpan()); break;
            case InputType.Calendars: ScheduleReader.Calendars(context, node, input.Name, 16); break;
            default:
                if (node.Kind != JsonKind.Boolean) context.Error(Codes.WrongType, node, $"'{input.Name}' is true or false, not {node.KindWord}", "write true or false without quotes");
                break;
        }

        return context.Findings.Errors == errors;
    }

    private static void Resource(ReadContext context, TemplateInput input, JsonNode node)
    {
        if (node.Kind == JsonKind.Array && !input.Many && node.Children.Count > 1)
        {
            context.Error(Codes.InputCount, node, $"'{input.Name}' takes one resource, not {node.Children.Count}", "give one");
            return;
        }

        var wanted = new Selections.Wanted(input.Kinds, Codes.InputMismatch, $"does not fit the input '{input.Name}'");
        ImmutableArray<ResourceAddress> found = Selections.Read(context, node, input.Name, wanted);
        if (found.Length > input.Max)
        {
            context.Error(Codes.InputCount, node, string.Create(CultureInfo.InvariantCulture, $"'{input.Name}' has {found.Length} resources"), string.Create(CultureInfo.InvariantCulture, $"give at most {input.Max}"));
        }

        foreach (ResourceAddress address in found)
        {
            if (input.Capability is { } capability && context.Site.ResourceOf(address) is { } resource && !resource.Capabilities.Contains(capability))
            {
                context.Error(Codes.InputMismatch, node, $"'{address}' does not have the capability '{capability}' that '{input.Name}' asks for", "give another resource, or add the capability in the site file");
            }

            foreach (string type in input.Events)
            {
                if (EventReader.CanRaise([type]).Fits(address)) continue;
                context.Error(Codes.InputMismatch, node, $"'{address}' cannot raise '{type}', which '{input.Name}' asks for", "give another resource");
                break;
            }
        }
    }
}
