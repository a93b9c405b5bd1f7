namespace Automation.Core.Rules;

/// <summary>Reads names of other rules.</summary>
internal static class References
{
    public static string? Rule(ReadContext context, JsonNode node, string what)
    {
        if (Values.Slug(context, node, what) is not { } id) return null;
        if (context.RuleIds.Contains(id)) return id;
        context.Error(Codes.RuleUnknown, node, $"there is no rule '{id}'", context.DidYouMean(id, context.RuleIds, "write that rule, or name another"));
        return null;
    }
}
